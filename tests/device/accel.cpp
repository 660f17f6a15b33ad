// A second device with memory of its own kind, without a GPU: every operator falls back to the CPU, mixing devices fails
// as it does on a GPU, and what crosses between the devices is counted.
#include <torch/extension.h>
#include <ATen/native/CPUFallback.h>
#include <ATen/native/Resize.h>
#include <ATen/EmptyTensor.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <ATen/core/GeneratorForPrivateuseone.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/autocast_mode.h>

namespace {
int64_t to_device = 0, to_host = 0, reads = 0;  // copies of tensors, and numbers that the host waits for
thread_local int inside = 0;  // the operator falls back: what it copies is not the program's doing

constexpr auto KEY = c10::DispatchKey::PrivateUse1;
constexpr auto TYPE = c10::DeviceType::PrivateUse1;

struct Allocator final : at::Allocator {
  at::DataPtr allocate(size_t n) override {
    void* p = n ? std::malloc(n) : nullptr;
    return {p, p, &drop, at::Device(TYPE, 0)};
  }
  static void drop(void* p) { std::free(p); }
  at::DeleterFnPtr raw_deleter() const override { return &drop; }
  void copy_data(void* dst, const void* src, size_t n) const override { std::memcpy(dst, src, n); }
};
Allocator allocator;
REGISTER_ALLOCATOR(TYPE, &allocator);

struct Guard final : c10::impl::DeviceGuardImplInterface {
  c10::DeviceType type() const override { return TYPE; }
  c10::Device exchangeDevice(c10::Device) const override { return {TYPE, 0}; }
  c10::Device getDevice() const override { return {TYPE, 0}; }
  void setDevice(c10::Device) const override {}
  void uncheckedSetDevice(c10::Device) const noexcept override {}
  c10::Stream getStream(c10::Device d) const noexcept override { return c10::Stream(c10::Stream::DEFAULT, d); }
  c10::Stream getDefaultStream(c10::Device d) const override { return c10::Stream(c10::Stream::DEFAULT, d); }
  c10::Stream getNewStream(c10::Device d, int) const override { return c10::Stream(c10::Stream::DEFAULT, d); }
  c10::Stream getStreamFromGlobalPool(c10::Device d, bool) const override { return c10::Stream(c10::Stream::DEFAULT, d); }
  c10::Stream exchangeStream(c10::Stream s) const noexcept override { return s; }
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }
  void record(void** e, const c10::Stream&, const c10::DeviceIndex, const c10::EventFlag) const override { *e = (void*)1; }
  void block(void*, const c10::Stream&) const override {}
  bool queryEvent(void*) const override { return true; }
  bool queryStream(const c10::Stream&) const override { return true; }
  void synchronizeStream(const c10::Stream&) const override {}
  void synchronizeDevice(const c10::DeviceIndex) const override {}
  void synchronizeEvent(void*) const override {}
  void destroyEvent(void*, const c10::DeviceIndex) const noexcept override {}
};
C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard);

struct Hooks final : at::PrivateUse1HooksInterface {
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  bool isAvailable() const override { return true; }
  bool isBuilt() const override { return true; }
  void init() const override {}
  at::Device getDeviceFromPtr(void*) const override { return {TYPE, 0}; }
  bool isPinnedPtr(const void*) const override { return false; }
  at::Allocator* getPinnedMemoryAllocator() const override { return at::getCPUAllocator(); }
  const at::Generator& getDefaultGenerator(c10::DeviceIndex) const override {
    static at::Generator g = make();
    return g;
  }
  at::Generator getNewGenerator(c10::DeviceIndex) const override { return make(); }
  static at::Generator make() {
    struct G : at::CPUGeneratorImpl {
      G() { device_ = c10::Device(TYPE, 0); key_set_ = c10::DispatchKeySet(KEY); }
    };
    return at::make_generator<G>();
  }
  void resizePrivateUse1Bytes(const c10::Storage& s, size_t n) const override {
    auto* impl = s.unsafeGetStorageImpl();
    at::DataPtr fresh = allocator.allocate(n);
    std::memcpy(fresh.get(), impl->data(), std::min(n, impl->nbytes()));
    impl->set_data_ptr_noswap(std::move(fresh));
    impl->set_nbytes(n);
  }
};
Hooks hooks;

at::Tensor near_view(const at::Tensor& t) {  // the same memory seen as a CPU tensor
  return at::from_blob(t.mutable_data_ptr(), t.sizes(), t.strides(), t.options().device(at::kCPU));
}

at::Tensor empty(c10::IntArrayRef size, std::optional<at::ScalarType> dtype, std::optional<at::Layout>, std::optional<at::Device>,
                 std::optional<bool>, std::optional<at::MemoryFormat> format) {
  return at::detail::empty_generic(size, &allocator, c10::DispatchKeySet(KEY), c10::dtype_or_default(dtype), format);
}
at::Tensor empty_strided(c10::IntArrayRef size, c10::IntArrayRef stride, std::optional<at::ScalarType> dtype, std::optional<at::Layout>,
                         std::optional<at::Device>, std::optional<bool>) {
  return at::detail::empty_strided_generic(size, stride, &allocator, c10::DispatchKeySet(KEY), c10::dtype_or_default(dtype));
}
at::Tensor copy_from(const at::Tensor& self, const at::Tensor& dst, bool) {
  auto far = [](const at::Tensor& t) { return t.device().type() == TYPE; };
  to_device += !inside && !far(self) && far(dst);
  to_host += !inside && far(self) && !far(dst);
  auto a = far(self) ? near_view(self) : self;
  auto b = far(dst) ? near_view(dst) : dst;
  b.copy_(a);
  return dst;
}
at::Tensor copy_from_and_resize(const at::Tensor& self, const at::Tensor& dst) {
  if (dst.sizes() != self.sizes()) const_cast<at::Tensor&>(dst).resize_(self.sizes());
  return copy_from(self, dst, false);
}
at::Scalar local_scalar(const at::Tensor& self) {
  reads += !inside;
  return near_view(self).item();
}
at::Tensor as_strided(const at::Tensor& self, c10::IntArrayRef size, c10::IntArrayRef stride, std::optional<int64_t> offset) {
  return at::native::as_strided_tensorimpl(self, size, stride, offset);
}
at::Tensor view(const at::Tensor& self, c10::IntArrayRef size) { return at::native::view(self, size); }
at::Tensor reshape_alias(const at::Tensor& self, c10::IntArrayRef size, c10::IntArrayRef stride) {
  return at::native::_reshape_alias(self, size, stride);
}
const at::Tensor& resize_(const at::Tensor& self, c10::SymIntArrayRef size, std::optional<at::MemoryFormat> f) {
  return at::native::resize_(self, C10_AS_INTARRAYREF_SLOW(size), f);
}
at::Tensor& set_source(at::Tensor& self, at::Storage s) { return at::native::set_(self, s); }
at::Tensor& set_storage(at::Tensor& self, at::Storage s, int64_t o, c10::IntArrayRef size, c10::IntArrayRef stride) {
  return at::native::set_storage_cpu_(self, s, o, size, stride);
}
at::Tensor far_copy(const at::Tensor& t) {
  auto out = at::empty_strided(t.sizes(), t.strides(), t.options().device(at::Device(TYPE, 0)));
  near_view(out).copy_(t);
  return out;
}
void require_far(const at::Tensor& t) { TORCH_CHECK(!t.defined() || t.device().type() == TYPE, "Expected all tensors to be on the same device: convolution"); }
at::Tensor conv(const at::Tensor& x, const at::Tensor& w, const std::optional<at::Tensor>& b, c10::IntArrayRef s, c10::IntArrayRef p,
                c10::IntArrayRef d, bool t, c10::IntArrayRef op, int64_t g) {
  require_far(x); require_far(w);
  std::optional<at::Tensor> nb;
  if (b && b->defined()) { require_far(*b); nb = near_view(*b); }
  return far_copy(at::convolution(near_view(x), near_view(w), nb, s, p, d, t, op, g));
}
std::tuple<at::Tensor, at::Tensor, at::Tensor> conv_back(const at::Tensor& go, const at::Tensor& x, const at::Tensor& w, c10::IntArrayRef s,
    c10::IntArrayRef p, c10::IntArrayRef d, bool t, c10::IntArrayRef op, int64_t g, std::array<bool, 3> mask) {
  require_far(go); require_far(x); require_far(w);
  int64_t channels = t ? w.size(1) * g : w.size(0);
  auto [a, b, c] = at::convolution_backward(near_view(go), near_view(x), near_view(w), at::OptionalIntArrayRef(at::IntArrayRef{channels}), s, p, d, t, op, g, mask);
  auto f = [](const at::Tensor& v) { return v.defined() ? far_copy(v) : v; };
  return {f(a), f(b), f(c)};
}
void fallback(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  // as on a GPU: no CPU tensor with a dimension beside one of the device
  const auto& schema = op.schema();
  const auto n = schema.arguments().size();
  auto args = torch::jit::last(stack, n);
  auto check = [&](const at::Tensor& t) {
    if (t.defined() && t.device().is_cpu() && t.dim() > 0)
      TORCH_CHECK(false, "Expected all tensors to be on the same device, but found accel and cpu in ", schema.name());
  };
  for (const auto& a : args) {
    if (a.isTensor()) check(a.toTensor());
    else if (a.isTensorList()) for (const auto& t : a.toTensorVector()) check(t);
    else if (a.isOptionalTensorList()) {
      // an index may lie on the CPU, as on a GPU
    }
  }
  struct Inside {
    Inside() { ++inside; }
    ~Inside() { --inside; }
  } falling_back;
  at::native::cpu_fallback(op, stack);
}
}  // namespace

TORCH_LIBRARY_IMPL(_, PrivateUse1, m) { m.fallback(torch::CppFunction::makeFromBoxedFunction<&fallback>()); }
TORCH_LIBRARY_IMPL(_, AutocastPrivateUse1, m) { m.fallback(torch::CppFunction::makeFallthrough()); }
TORCH_LIBRARY_IMPL(aten, AutocastPrivateUse1, m) {
#define P1_LOW(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, lower_precision_fp)
  AT_FORALL_LOWER_PRECISION_FP(P1_LOW)
#define P1_FP32(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, fp32)
  AT_FORALL_FP32(P1_FP32)
}
TORCH_LIBRARY_IMPL(aten, PrivateUse1, m) {
  m.impl("empty.memory_format", TORCH_FN(empty));
  m.impl("empty_strided", TORCH_FN(empty_strided));
  m.impl("_copy_from", TORCH_FN(copy_from));
  m.impl("_copy_from_and_resize", TORCH_FN(copy_from_and_resize));
  m.impl("_local_scalar_dense", TORCH_FN(local_scalar));
  m.impl("as_strided", TORCH_FN(as_strided));
  m.impl("view", TORCH_FN(view));
  m.impl("_reshape_alias", TORCH_FN(reshape_alias));
  m.impl("resize_", TORCH_FN(resize_));
  m.impl("convolution_overrideable", TORCH_FN(conv));
  m.impl("convolution_backward_overrideable", TORCH_FN(conv_back));
  m.impl("set_.source_Storage", TORCH_FN(set_source));
  m.impl("set_.source_Storage_storage_offset", TORCH_FN(set_storage));
}
void install() { at::RegisterPrivateUse1HooksInterface(&hooks); }
PYBIND11_MODULE(TORCH_EXTENSION_NAME, m) {
  m.def("install", &install);
  m.def("crossings", [] { return std::vector<int64_t>{to_device, to_host, reads}; });
}

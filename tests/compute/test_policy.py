"""Formats, layout and batch follow from what the device can do; each kind of device is pretended."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
import torch

from microdesigner.compute import compute_policy, is_out_of_memory

CPU, CUDA, MPS = torch.device("cpu"), torch.device("cuda"), torch.device("mps")


def pretend_cpu(monkeypatch: pytest.MonkeyPatch, capability: str, bf16: bool = False, amx: bool = False) -> None:
    monkeypatch.delenv("ONEDNN_MAX_CPU_ISA", raising=False)
    monkeypatch.delenv("DNNL_MAX_CPU_ISA", raising=False)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: bf16)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx)
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)


def pretend_cuda(monkeypatch: pytest.MonkeyPatch, bf16: bool, gigabytes: int) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: bf16 or including_emulation)
    monkeypatch.setattr(
        torch.cuda, "get_device_properties", lambda device: SimpleNamespace(total_memory=gigabytes << 30)
    )


@pytest.mark.parametrize(
    ("capability", "bf16", "amx", "short"),
    [
        ("AVX2", False, False, False),
        ("AVX512", False, False, False),
        ("AVX512", True, False, True),
        ("AVX512", False, True, True),
        ("DEFAULT", False, False, False),
    ],
)
def test_a_processor_multiplies_16_bits_only_where_it_has_instructions_for_them(
    capability: str, bf16: bool, amx: bool, short: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_cpu(monkeypatch, capability, bf16, amx)
    policy = compute_policy(CPU)
    assert policy.dtype == (torch.bfloat16 if short else torch.float32)
    assert policy.batch == 1
    with policy.autocast():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == policy.dtype


@pytest.mark.parametrize(
    ("limit", "short"), [("AVX2", False), ("AVX512_CORE", False), ("AVX512_CORE_BF16", True), ("AVX512_CORE_AMX", True)]
)
def test_a_limit_set_for_onednn_is_respected(limit: str, short: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_cpu(monkeypatch, "AVX512", bf16=True)
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", limit)
    assert compute_policy(CPU).mixed_precision is short


@pytest.mark.parametrize(("bf16", "gigabytes", "batch"), [(True, 24, 16), (False, 16, 16), (True, 4, 4)])
def test_a_card_is_asked_for_bfloat16_and_memory(
    bf16: bool, gigabytes: int, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_cuda(monkeypatch, bf16, gigabytes)
    policy = compute_policy(CUDA)
    assert policy.dtype == (torch.bfloat16 if bf16 else torch.float32), "emulated bfloat16 saves no time"
    assert policy.batch == batch
    assert policy.memory_format == torch.channels_last_3d
    assert policy.batch_size(64 * 64 * 32) == policy.batch_size(128 * 128 * 64) == batch
    assert policy.batch_size(1024 * 1024 * 128) == 1


def test_a_mac_computes_in_32_bits_and_plain_layout() -> None:
    policy = compute_policy(MPS)
    assert (policy.dtype, policy.memory_format) == (torch.float32, torch.contiguous_format)


def test_what_is_counted_is_convolved_in_full_float32_and_by_the_same_kernels_each_time() -> None:
    flags = torch.backends.cudnn.flags(enabled=True, benchmark=True, deterministic=False, allow_tf32=True)
    with flags:
        compute_policy(CPU).prepare()
        assert not torch.backends.cudnn.allow_tf32
        assert not torch.backends.cudnn.benchmark
        assert torch.backends.cudnn.deterministic
        assert not torch.backends.cuda.matmul.allow_tf32


def test_openmp_threads_wait_without_spinning_whoever_imports_first() -> None:
    code = "import microdesigner, os, torch; assert os.environ['OMP_WAIT_POLICY'] == 'PASSIVE'"
    environment = {key: value for key, value in os.environ.items() if key != "OMP_WAIT_POLICY"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("CUDA error: out of memory"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
        RuntimeError("MPS backend out of memory (MPS allocated: 8 GB)"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes."),
    ],
)
def test_every_full_memory_is_recognised(error: BaseException) -> None:
    assert is_out_of_memory(error)


def test_other_failures_are_not_taken_for_a_full_memory() -> None:
    assert not is_out_of_memory(RuntimeError("CUDA error: an illegal memory access was encountered"))
    assert not is_out_of_memory(OSError("cannot allocate memory"))

"""How the numbers of a file are to be read: which array, in which order of axes, and the layout of plain numbers."""

from itertools import permutations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QWidget

from microdesigner.gui.importing.edges import WholeEdges
from microdesigner.gui.widgets.basics import named, quiet
from microdesigner.io.options import ImportOptions, RawLayout

CATHODES = (("z = 0", "z-"), ("the last z layer", "z+"), ("x = 0", "x-"), ("the last x layer", "x+"),
            ("y = 0", "y-"), ("the last y layer", "y+"))  # fmt: skip
MOST_RAW, LABEL_WIDTH = 1 << 20, 80
NUMBERS = (
    ("8-bit whole numbers", "uint8"), ("8-bit with sign", "int8"),
    ("16-bit whole numbers", "uint16"), ("16-bit whole numbers, big-endian", ">u2"),
    ("16-bit with sign", "int16"), ("16-bit with sign, big-endian", ">i2"),
    ("32-bit whole numbers", "uint32"), ("32-bit with sign", "int32"),
    ("32-bit floating point", "float32"), ("32-bit floating point, big-endian", ">f4"),
    ("64-bit floating point", "float64"),
)  # fmt: skip
AXES_FROM = {
    "file": "from the file",
    "convention": "the file does not say",
    "option": "your choice",
}


class ReadingForm(QWidget):
    """Rows of a form, each hidden where the file leaves nothing to choose."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.array = named(QComboBox(), "Array", "Which array of the file is the volume.")
        self.axes = named(QComboBox(), "Axis order",
            "The axes of the array as the file stores it, the slowest first. z is across the film.")  # fmt: skip
        self.axes.addItem("as the file says", None)
        for letters in permutations("zyx"):
            self.axes.addItem(", ".join(letters), "".join(letters))
        self.axes_source = quiet()
        self.voxels = WholeEdges("Voxels along", (1, 1, 1), 1, MOST_RAW)
        self.number = named(QComboBox(), "Type of numbers", "How each voxel is stored.")
        for title, name in NUMBERS:
            self.number.addItem(title, name)
        self.raw_words = quiet()
        self._bytes: int | None = None
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.addRow(row_label("Array"), self.array)
        self._form.addRow(row_label("Voxels"), self.voxels)
        self._form.addRow(row_label("Numbers"), self.number)
        self._form.addRow("", self.raw_words)
        self._form.addRow(row_label("Axis order"), self.axes)
        self._form.addRow("", self.axes_source)
        self._show_rows(raw=False, array=False, axes=False)
        for box in (self.array, self.axes, self.number):
            box.currentIndexChanged.connect(lambda _: self._change())
        self.voxels.changed.connect(self._change)

    @property
    def open_question(self) -> str:
        """What must be chosen before numbers can be read; empty where nothing is missing."""
        if self._bytes is not None and self._layout_bytes() != self._bytes:
            return f"Give the voxels along x, y and z and the type of numbers that make {self._bytes} bytes."
        if self._form.isRowVisible(self.array) and self.array.currentData() is None:
            return "The file holds several arrays; choose the one to be opened."
        return ""

    def options(self) -> ImportOptions:
        """The choices; those that no row shows are left to the file."""
        raw = RawLayout(self.voxels.values(), self.number.currentData()) if self._bytes is not None else None
        return ImportOptions(array=self.array.currentData(), axes=self.axes.currentData(), raw=raw)

    def show_options(self, options: ImportOptions, size: int) -> None:
        """Begin with `options` for a file of `size` bytes."""
        self.blockSignals(True)
        if options.array is not None:
            self.show_arrays((options.array,), options.array)
        self.axes.setCurrentIndex(max(0, self.axes.findData(options.axes)))
        if options.raw is not None:
            self.ask_layout(size)
            for box, edge in zip(self.voxels.boxes, options.raw.shape, strict=True):
                box.setValue(edge)
            if self.number.findData(options.raw.dtype) < 0:
                self.number.addItem(options.raw.dtype, options.raw.dtype)
            self.number.setCurrentIndex(self.number.findData(options.raw.dtype))
        self.blockSignals(False)

    def ask_layout(self, size: int) -> None:
        """Ask how the `size` bytes of a file without a header lie."""
        self._bytes = size
        self._show_rows(raw=True, array=False, axes=False)
        self._show_bytes()

    def show_arrays(self, names: tuple[str, ...], shown: str | None) -> None:
        """Offer the arrays of a file, of which `shown` is read; None: the user must choose."""
        if [self.array.itemData(n) for n in range(self.array.count()) if self.array.itemData(n)] != list(names):
            self.array.blockSignals(True)
            self.array.clear()
            if shown is None:
                self.array.addItem("choose an array", None)
            for name in names:
                self.array.addItem(name, name)
            self.array.setCurrentIndex(max(0, self.array.findData(shown)))
            self.array.blockSignals(False)
        self._form.setRowVisible(self.array, len(names) > 1)

    def show_axes(self, source: str) -> None:
        """Show that numbers are read now, and who says which axis is which."""
        self._form.setRowVisible(self.axes, True)
        self._form.setRowVisible(self.axes_source, True)
        self.axes_source.setText(AXES_FROM.get(source, ""))
        if source != "option":
            self.axes.setItemText(0, "as the file says" if source == "file" else "the usual order of this format")

    def _show_rows(self, raw: bool, array: bool, axes: bool) -> None:
        for widget in (self.voxels, self.number, self.raw_words):
            self._form.setRowVisible(widget, raw)
        self._form.setRowVisible(self.array, array)
        for widget in (self.axes, self.axes_source):
            self._form.setRowVisible(widget, axes)

    def _layout_bytes(self) -> int:
        from numpy import dtype

        x, y, z = self.voxels.values()
        return x * y * z * int(dtype(self.number.currentData()).itemsize)

    def _show_bytes(self) -> None:
        if self._bytes is not None:
            self.raw_words.setText(f"These are {self._layout_bytes()} of the {self._bytes} bytes of the file.")

    def _change(self) -> None:
        self._show_bytes()
        self.changed.emit()


def row_label(text: str) -> QLabel:
    """The name of a row, as wide in all forms that stand below each other."""
    label = QLabel(text)
    label.setMinimumWidth(LABEL_WIDTH)
    return label

"""What is kept of films while the rest is generated: said in one line, changed by its fields."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from microdesigner.app.keeping import Keeping
from microdesigner.app.kept_part import KeptPart, Piece
from microdesigner.app.kept_region import Region
from microdesigner.app.request_model import Design, RequestModel
from microdesigner.core.given import LEAST_STRENGTH
from microdesigner.gui.keeping.region_form import RegionForm
from microdesigner.gui.keeping.section_form import SectionForm
from microdesigner.gui.undo import UndoMerge
from microdesigner.gui.widgets.basics import Section, as_text, heading, named, quiet, tool_button
from microdesigner.gui.widgets.number_field import IntegerField

OFFER, VARY = "Keep a part of this film", "More like this film"
NOTHING = "All of the film is generated."
TARGETS_OF = {"film": "the whole film", "new": "the new part alone"}


class KeptPanel(Section):
    """Shows the kept part of the request model and edits it."""

    keep_requested = Signal()  # a part of the film on show
    vary_requested = Signal()  # the film on show
    mark_toggled = Signal()

    def __init__(self, model: RequestModel) -> None:
        super().__init__()
        self._model, self._keeping = model, Keeping(model)
        self._merge = UndoMerge()
        self._number = self._pieces = 0  # the piece whose fields are shown, and how many there are
        self._form = QWidget()
        self.offer = named(QPushButton(OFFER), OFFER,
            "Keep a region of the film on show, voxel by voxel, and generate the rest around it (Ctrl+K).")  # fmt: skip
        self.vary = named(QPushButton(VARY), VARY,
            "Generate variations of the film on show, near to it or farther away (Ctrl+Shift+K).")  # fmt: skip
        self.words = QLabel(NOTHING)
        self.words.setWordWrap(True)
        self.notes = quiet()
        self.piece = named(QComboBox(), "Kept piece", "Which of the kept pieces the fields below are about.")
        self.drop = tool_button("Drop", "Keep this piece no more", "Keep this piece no more.",
                                lambda: self._keeping.drop(self._number))  # fmt: skip
        self.region, self.section = RegionForm(), SectionForm()
        self.targets_of = named(QComboBox(), "Targets of",
            "Whether the phase fractions asked for are those of the whole film or of its new part alone.")  # fmt: skip
        for value, title in TARGETS_OF.items():
            self.targets_of.addItem(title, value)
        self.strength = named(IntegerField(), "Change of the rest",
            "How far what is not kept may leave its film: a few per cent change details, 40 % some domains, and 100 % "
            "make it anew.")  # fmt: skip
        self.strength.setRange(round(100 * LEAST_STRENGTH), 100)
        self.strength.setSuffix(" %")
        self.strength.setSingleStep(5)
        self.mark = named(QCheckBox("Mark it in the views"), "Mark the kept part",
            "Draw lines around the kept part and fade the rest.")  # fmt: skip
        self.mark.setChecked(True)
        self.stop = named(QPushButton("Stop keeping"), "Stop keeping", "Generate all of the film again.")
        self._lay_out()
        self._connect()
        self._show(model.state)

    def stops(self) -> list[QWidget]:
        """Where Tab stops, in its order."""
        return [
            self.piece, self.drop, *self.region.stops(), *self.section.stops(), self.targets_of, self.strength,
            self.mark, self.stop, self.offer, self.vary,
        ]  # fmt: skip

    def _show(self, design: Design) -> None:
        part, size = design.options.kept, self._model.size
        self._form.setVisible(part is not None)
        if part is None or size is None or self._model.targets is None:
            self.offer.setText(OFFER)
            self.vary.setText(VARY)
            self.words.setText(NOTHING)
            self._pieces = 0
            return
        if len(part.pieces) != self._pieces:
            self._number = len(part.pieces) - 1  # the newest
        self._pieces = len(part.pieces)
        card = self._model.targets.card
        edges = design.options.voxel_nm or card.voxel_nm
        self.offer.setText("Keep a part of the film on show instead")
        self.vary.setText("More like the film on show instead")
        self.words.setText(as_text(f"{part.summary(size)}."))
        notes = part.notes(card, edges)
        self.notes.setText(as_text("\n".join(notes)))
        self.notes.setVisible(bool(notes))
        self._show_pieces(part)
        self._show_piece(part.pieces[self._number], size, edges)
        self.targets_of.blockSignals(True)
        self.targets_of.setCurrentIndex(self.targets_of.findData(part.targets_of))
        self.targets_of.blockSignals(False)
        self.strength.blockSignals(True)
        self.strength.setValue(round(100 * part.strength))
        self.strength.blockSignals(False)
        self.strength.setEnabled(part.strength < 1 or part.varies(size))

    def _show_pieces(self, part: KeptPart) -> None:
        several = len(part.pieces) > 1
        self.piece.setVisible(several)
        self.drop.setVisible(several)
        self.piece.blockSignals(True)
        self.piece.clear()
        for number, piece in enumerate(part.pieces, 1):
            self.piece.addItem(f"{number}. {piece.film.name}")
        self.piece.setCurrentIndex(self._number)
        self.piece.blockSignals(False)

    def _show_piece(self, piece: Piece, size: tuple[int, int, int], edges: tuple[float, float, float]) -> None:
        section = piece.film.section
        self.section.setVisible(section)
        self.region.setVisible(not section)
        if section:
            self.section.show_piece(piece, size, f"at {(piece.layer + 0.5) * edges[piece.axis]:g} nm")
        else:
            self.region.show_region(piece.region, piece.film.shape, piece.region.lengths(edges))

    def _turn_to(self, number: int) -> None:
        self._number = max(0, number)
        self._show(self._model.state)

    def _set_region(self, region: Region, what: str) -> None:
        self._keeping.edit(self._number, self._merge.key(f"kept {what}"), region=region)

    def _connect(self) -> None:
        keeping = self._keeping
        self._model.changed.connect(self._show)
        self.offer.clicked.connect(lambda: self.keep_requested.emit())
        self.vary.clicked.connect(lambda: self.vary_requested.emit())
        self.strength.valueChanged.connect(
            lambda percent: keeping.set_strength(percent / 100, self._merge.key("kept strength"))
        )
        self.stop.clicked.connect(lambda: keeping.stop())
        self.piece.currentIndexChanged.connect(self._turn_to)
        self.region.changed.connect(self._set_region)
        self.section.changed.connect(
            lambda entries: keeping.edit(self._number, self._merge.key("kept section"), **entries)
        )
        self.targets_of.currentIndexChanged.connect(lambda _: keeping.set_targets_of(self.targets_of.currentData()))
        self.mark.toggled.connect(lambda _: self.mark_toggled.emit())

    def _lay_out(self) -> None:
        form = QVBoxLayout(self._form)
        form.setContentsMargins(0, 0, 0, 0)
        pieces = QHBoxLayout()
        pieces.addWidget(self.piece, 1)
        pieces.addWidget(self.drop)
        form.addWidget(self.notes)
        form.addLayout(pieces)
        form.addWidget(self.region)
        form.addWidget(self.section)
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.addWidget(QLabel("Fractions of"), 0, 0)
        grid.addWidget(self.targets_of, 0, 1)
        grid.addWidget(QLabel("Change of the rest"), 1, 0)
        grid.addWidget(self.strength, 1, 1)
        form.addLayout(grid)
        foot = QHBoxLayout()
        foot.addWidget(self.mark, 1)
        foot.addWidget(self.stop)
        form.addLayout(foot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(heading("Kept part"))
        column.addWidget(self.words)
        column.addWidget(self._form)
        column.addWidget(self.offer)
        column.addWidget(self.vary)

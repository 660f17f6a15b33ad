"""What the user says of a volume where its file does not: voxel edges, cathode side, which value is which phase."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QPushButton, QWidget

from microdesigner.app.volume_open import NO_CHOICES, Choices
from microdesigner.app.workers.opening import Survey
from microdesigner.gui.importing.answers import voxel_source
from microdesigner.gui.importing.edges import Edges
from microdesigner.gui.importing.phase_names import PhaseNamesForm, labels_of
from microdesigner.gui.importing.reading_form import CATHODES, row_label
from microdesigner.gui.widgets.basics import named, quiet
from microdesigner.io.options import ImportOptions
from microdesigner.io.segmentation import Segmentation


class AnswersForm(QWidget):
    """Fields with what the file says, or was said of it before, each with where that comes from."""

    cathode_chosen = Signal()

    def __init__(self, last_nm: tuple[float, float, float] | None, for_training: bool) -> None:
        super().__init__()
        self._last_nm, self._for_training = last_nm, for_training
        self.voxel = Edges("Voxel edge along")
        self.voxel_source = quiet()
        self.as_before = named(QPushButton(), "Voxel edges of the last file", "Take the voxel edges given last.")
        if last_nm is not None:
            self.as_before.setText(f"As for the last file: {' × '.join(f'{edge:g}' for edge in last_nm)} nm")
        self.cathode = named(QComboBox(), "Lower face",
            "Which face of the volume, as the file is read, becomes z = 0; that at the cathode, if any.")  # fmt: skip
        for title, face in CATHODES:
            self.cathode.addItem(title, face)
        self.cathode_source = quiet()
        self.phases = PhaseNamesForm(for_training)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(row_label("Voxel size"), self.voxel)
        form.addRow("", self.voxel_source)
        form.addRow("", self.as_before)
        form.addRow(row_label("Lower face"), self.cathode)
        form.addRow("", self.cathode_source)
        form.addRow(row_label("Phases"), self.phases)
        self.as_before.clicked.connect(lambda: self.voxel.show_values(self._last_nm))
        self.cathode.currentIndexChanged.connect(lambda _: self.cathode_chosen.emit())

    def show_facts(self, survey: Survey, before: Choices | None) -> None:
        """Fill the form with what the file says, or with what was said of it before."""
        if survey.unit_unknown:
            self.voxel.show_without_unit(survey.unit_unknown)
        else:
            self.voxel.show_values(survey.voxel_nm)
        options = (before or NO_CHOICES).options
        if options.segmentation and survey.grey:
            self.phases.show_segmentation(options.segmentation)
        self.phases.show_survey(survey)
        if options.voxel_nm:
            self.voxel.show_values(options.voxel_nm)
        if options.mapping:
            names = dict(options.names)
            self.phases.show_names({value: names.get(label, "") for value, label in options.mapping})

    def show_sources(self, survey: Survey) -> None:
        """Say where voxel edges and the cathode's side come from."""
        self.voxel_source.setText(voxel_source(survey, self.voxel))
        said = "from the file" if survey.oriented else "the file does not say; z = 0 is taken"
        self.cathode_source.setText(said if self.cathode.currentData() == "z-" else "your choice")
        self.as_before.setVisible(self._last_nm is not None and self.voxel.given == "none")

    def added_to(self, options: ImportOptions, survey: Survey) -> ImportOptions:
        """`options` with the answers, as far as they differ from what the file says."""
        edges = self.voxel.values()
        stated = edges == survey.voxel_nm and not survey.unit_unknown
        options = replace(options, voxel_nm=None if stated else edges, segmentation=self.segmented())
        if self.phases.unchanged():
            return options
        names = self.phases.names()
        labels = labels_of(names.values())
        return replace(
            options,
            mapping=tuple((value, labels[name]) for value, name in names.items()),
            names=tuple((label, name) for name, label in labels.items()),
        )

    def segmented(self) -> Segmentation | None:
        """How grey values become phases; raises InputError where that cannot be."""
        fields = self.phases.segmentation_fields()
        return Segmentation(**fields) if fields else None

    @property
    def open_question(self) -> str:
        """The first sentence about what is missing; empty when all is there."""
        return self._open_edges() or self.phases.open_question

    def _open_edges(self) -> str:
        given = self.voxel.given
        if given == "no unit":
            return "The file gives voxel edges without a unit; choose the unit."
        if self._for_training and given != "all":
            return "Give all three voxel edges; a data set needs them."
        return "Give all three voxel edges, or leave all three unknown." if given == "some" else ""

"""Which value or band is which phase, by names that the user types or chooses."""

from collections.abc import Iterable
from itertools import count

from PySide6.QtWidgets import QComboBox, QPushButton

from microdesigner.app.workers.opening import Survey
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import MIXED, PHASE_NAMES
from microdesigner.core.phases import check_phase_names
from microdesigner.gui.importing.segmentation_form import SegmentationForm
from microdesigner.gui.widgets.basics import named

BAND_NAMES = {2: ("dark", "bright"), 3: ("dark", "middle", "bright")}
NAME_WIDTH = 150


class PhaseNamesForm(SegmentationForm):
    """A name per value or band; equal names are one phase. Nothing is called donor or acceptor by itself; of phases
    `for_training` there must be two to eight whose names targets can tell apart."""

    def __init__(self, for_training: bool = False) -> None:
        self._survey: Survey | None = None
        self._for_training = for_training
        super().__init__()
        self.apart = named(QPushButton("Each value is a phase of its own"), "Each value is a phase of its own",
            "Names every value that has no name yet after itself.")  # fmt: skip
        self.apart.clicked.connect(lambda: self._name_apart())
        self.apart.hide()
        column = self.layout()
        assert column is not None
        column.addWidget(self.apart)

    @property
    def open_question(self) -> str:
        """What is still to be said; empty where nothing is missing."""
        missing = [value for value, box in self.phases.items() if not box.currentText().strip()]
        if not missing:
            return self._refused() if self._for_training else ""
        values = ", ".join(f"{value:g}" for value in missing)
        if len(missing) == 1:
            return f"The value {values} may mean any phase; say which phase it is."
        return f"The values {values} may mean any phases; say which value is which phase."

    def _refused(self) -> str:
        """Why no model can be trained on phases with these names."""
        labels = labels_of(self.names().values())
        try:
            check_phase_names(tuple(sorted(labels, key=lambda name: labels[name])))
        except InputError as error:
            return str(error)
        return ""

    def show_survey(self, survey: Survey) -> None:
        """Ask which phases these values are."""
        self._survey = survey
        self.show_found(survey)
        self.apart.setVisible(bool(self.open_question))

    def show_names(self, names: dict[float, str]) -> None:
        """Begin with names chosen before, by value or band."""
        self.blockSignals(True)
        for value, box in self.phases.items():
            box.setEditText(names.get(value, box.currentText()))
        self.blockSignals(False)

    def names(self) -> dict[float, str]:
        """Name of each value or band; empty where there is none yet."""
        return {value: box.currentText().strip() for value, box in self.phases.items()}

    def unchanged(self) -> bool:
        """Whether all is as a file says that defines its phases."""
        survey = self._survey
        if survey is None or not survey.own_names or survey.levels is None:
            return False
        return all(name == _own_name(survey, int(value)) for value, name in self.names().items())

    def _phase_box(self, value: float, phase: int) -> QComboBox:
        box = QComboBox()
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.setCompleter(None)  # type: ignore[arg-type] # a name typed stays as it is typed
        box.setMinimumWidth(NAME_WIDTH)
        begin = self._first_name(value, phase)
        for name in dict.fromkeys([*([begin] if begin else []), *PHASE_NAMES]):
            box.addItem(name)
        box.setEditText(begin)
        line = box.lineEdit()
        assert line is not None
        line.setPlaceholderText("which phase?")
        line.setMaxLength(60)
        named(
            line,
            "Name of the phase",
            "Type a name, or choose one from the list; equal names are one phase. "
            "Films of donor and acceptor are measured as GraSPI does, others phase by phase.",
        )
        return box

    def _first_name(self, value: float, phase: int) -> str:
        survey = self._survey
        if survey is None:
            return ""
        if survey.levels is None:
            return BAND_NAMES[self.bands.currentData()][int(value)]
        known = survey.value_names.get(f"{value:g}", "")
        if known or survey.mapping is None:
            return known
        if survey.own_names:
            return _own_name(survey, phase)
        return f"phase {phase}"

    def _name_apart(self) -> None:
        for value, box in self.phases.items():
            if not box.currentText().strip():
                box.setEditText(f"value {value:g}")


def _own_name(survey: Survey, label: int) -> str:
    return survey.own_names[label] if label < len(survey.own_names) else f"phase {label}"


def labels_of(names: Iterable[str]) -> dict[str, int]:
    """The label of each name: those of donor, acceptor and mixed are fixed where there are the first two, the others
    take the lowest free ones."""
    distinct = list(dict.fromkeys(names))
    of_graspi = {*PHASE_NAMES[:MIXED]} <= {*distinct}
    standard = {name: PHASE_NAMES.index(name) for name in distinct if of_graspi and name in PHASE_NAMES}
    free = (label for label in count() if label not in standard.values())
    return {name: standard[name] if name in standard else next(free) for name in distinct}

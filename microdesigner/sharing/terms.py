"""Who made what is shared, and under which licence; what nobody says stays unknown."""

import re
from dataclasses import dataclass
from typing import Any

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from microdesigner.core.errors import InputError

NO_LICENCE = "No licence is stated: ask the authors before you use these films."
_ORCID = re.compile(r"(?:https://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])\Z")
_ADDRESS = re.compile(r"https?://\S+\Z")
Entity = dict[str, Any]


@dataclass(frozen=True)
class Terms:
    """On which terms films are shared.

    Parameters
    ----------
    license
        SPDX identifier such as CC-BY-4.0, or the address of a licence's text; "" where none is stated.
    authors
        Names, each with an ORCID after it or not, such as "Ada Lovelace 0000-0002-1825-0097".

    Raises
    ------
    InputError
        For a licence that is neither, an author without a name, or an ORCID whose check digit is wrong.

    Examples
    --------
    >>> Terms("cc-by-4.0", ("Ada Lovelace 0000-0002-1825-0097",)).license
    'CC-BY-4.0'
    """

    license: str = ""
    authors: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "license", _checked_licence(self.license.strip()))
        for author in self.authors:
            name, orcid = _parted(author)
            if not name or not name.isprintable():
                raise InputError(f"An author needs a name; got '{author}'.")
            if orcid and not _is_orcid(orcid):
                raise InputError(f"{orcid} is no ORCID: its last digit, a check digit, does not fit; correct it.")

    def license_entity(self) -> Entity | None:
        """The licence as an entity of a crate; None where none is stated."""
        return licence_entity(self.license) if self.license else None

    def author_entities(self) -> list[Entity]:
        """The authors as entities of a crate."""
        entities = []
        for number, author in enumerate(self.authors, 1):
            name, orcid = _parted(author)
            place = f"https://orcid.org/{orcid}" if orcid else f"#author-{number}"
            entities.append({"@id": place, "@type": "Person", "name": name})
        return entities


def licence_entity(licence: str) -> Entity:
    """A licence, named by SPDX identifier or address, as an entity of a crate."""
    if _ADDRESS.match(licence):
        return {"@id": licence, "@type": "CreativeWork", "name": licence, "description": "Licence of this work."}
    place = f"https://spdx.org/licenses/{licence}"
    return {
        "@id": place,
        "@type": "CreativeWork",
        "name": licence,
        "description": f"Licence {licence} of the SPDX list.",
    }


def _checked_licence(licence: str) -> str:
    if not licence or _ADDRESS.match(licence):
        return licence
    try:
        known = str(canonicalize_license_expression(licence))
    except InvalidLicenseExpression:
        known = ""
    if not known or " " in known:
        raise InputError(
            f"'{licence}' is no licence of the SPDX list (such as CC-BY-4.0, CC0-1.0 or MIT) and no address; give one."
        )
    return known


def _parted(author: str) -> tuple[str, str]:
    """Name and ORCID, "" where none is given."""
    name, _, last = author.strip().rpartition(" ")
    found = _ORCID.match(last)
    return (name.strip(), found[1]) if found else (author.strip(), "")


def _is_orcid(orcid: str) -> bool:
    """Whether the check digit is that of ISO 7064, MOD 11-2."""
    digits, check = orcid[:-1].replace("-", ""), orcid[-1]
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    expected = (12 - total % 11) % 11
    return check == ("X" if expected == 10 else str(expected))

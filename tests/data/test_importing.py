"""Import: what is found, asked and stored; the split shares no voxel; labels come from where they should."""

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
import tifffile
from scipy.ndimage import gaussian_filter

from microdesigner import io
from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import Microstructure
from microdesigner.data.importing import Cut, ImportPlan, Segmentation, find_volumes, import_dataset
from microdesigner.data.importing.film import oriented, resized
from microdesigner.data.importing.windows import origins, split_windows
from microdesigner.data.store import VolumeDataset
from microdesigner.descriptors import fractions_and_tortuosities

TWO = ("donor", "acceptor")


def blobs(seed: int, shape: tuple[int, int, int] = (32, 32, 32), share: float = 0.5) -> np.ndarray:
    """A smooth random two-phase film."""
    field = gaussian_filter(np.random.default_rng(seed).normal(size=shape), 2, mode="wrap")
    return (field > np.quantile(field, share)).astype(np.uint8)


def imported(tmp_path: Path, plan: ImportPlan) -> VolumeDataset:
    list(import_dataset(tmp_path / "set.h5", plan, workers=1))
    return VolumeDataset(tmp_path / "set.h5")


@pytest.fixture
def published(tmp_path: Path) -> str:
    """Two part files in the published layout: 3 series of 4 snapshots, their labels as attributes."""
    for part in range(2):
        with h5py.File(tmp_path / f"part-{part}.h5", "w") as file:
            for number in range(part * 6, part * 6 + 6):
                phases = blobs(number, share=0.4 + 0.01 * number)
                stored = file.create_dataset(f"volume_{number}", data=phases)
                stored.attrs.update(phi=0.4 + 0.1 * (number // 4), chi=3.0, log_time=float(number % 4), note="CH")
                stored.attrs["ABS_f_D"] = (phases == 0).mean()
    return str(tmp_path / "part-*.h5")


def test_the_published_layout_is_imported_with_its_labels(published: str, tmp_path: Path) -> None:
    found = find_volumes((published,))
    assert (len(found.volumes), found.shape, found.labelled) == (12, (32, 32, 32), True)
    assert {"phi", "chi", "log_time"} <= set(found.labels)
    plan = ImportPlan((published,), voxel_nm=(1.0, 1.0, 1.0), cathode="z-", lateral="periodic")
    events = list(import_dataset(tmp_path / "set.h5", plan, workers=1))
    assert [event.stage for event in events[:3]] == ["look", "look", "measure"]
    assert events[-1] == Progress("check", 1, 1)
    dataset = VolumeDataset(tmp_path / "set.h5")
    assert dataset.description.process == ("phi", "chi", "log_time")
    assert dataset.description.conditions == ("ABS_f_D", "CT_f_D_tort1", "CT_f_A_tort1")
    for index, name in enumerate(dataset.names):
        source = blobs(int(name.rsplit("_", 1)[1]), share=0.4 + 0.01 * int(name.rsplit("_", 1)[1]))
        np.testing.assert_array_equal(dataset.phases(index), source)
        measured = fractions_and_tortuosities(source, periodic=True)
        assert dataset.table["CT_f_A_tort1"][index] == pytest.approx(measured["tortuosity_A"])
    assert "stated_ABS_f_D" in dataset.table
    training = {tuple(row) for row in dataset.columns(("phi", "chi"))[~dataset.held_out]}
    held_out = {tuple(row) for row in dataset.columns(("phi", "chi"))[dataset.held_out]}
    assert held_out
    assert not training & held_out, "snapshots of one series are on both sides"


def test_a_folder_of_tiffs_takes_its_recipes_from_a_table(tmp_path: Path) -> None:
    (tmp_path / "films").mkdir()
    for number in range(9):
        tifffile.imwrite(tmp_path / "films" / f"film{number}.tif", 255 * blobs(number).T)
    rows = "\n".join(f"film{n}.tif;{80 + 10 * n};{n},5" for n in range(9))
    (tmp_path / "recipes.csv").write_text(f"file;annealing temperature [°C];time (min)\n{rows}\n", encoding="utf-8")
    plan = ImportPlan(
        (str(tmp_path / "films"),), (2.0, 2.0, 4.0), "z+", mapping=((255, 0), (0, 1)), recipes=tmp_path / "recipes.csv"
    )
    dataset = imported(tmp_path, plan)
    assert dataset.description.process == ("annealing_temperature", "time")
    assert dataset.description.units == {"annealing_temperature": "°C", "time": "min"}
    assert dataset.description.voxel_nm == (2.0, 2.0, 4.0)
    index = dataset.names.index("film3")
    assert (dataset.table["annealing_temperature"][index], dataset.table["time"][index]) == (110, 3.5)
    np.testing.assert_array_equal(dataset.phases(index), 1 - blobs(3)[:, :, ::-1])
    assert dataset.held_out.sum() == 1


def test_a_tomogram_is_cut_without_a_voxel_on_both_sides(tmp_path: Path) -> None:
    grey = gaussian_filter(np.random.default_rng(0).normal(size=(80, 72, 16)), 1.5).astype(np.float32)
    # each voxel's lateral place, to be found again in the stored volumes
    place = np.arange(80 * 72).reshape(80, 72)
    np.save(tmp_path / "film.npy", grey)
    cut = Cut(stride=4)
    plan = ImportPlan((str(tmp_path / "film.npy"),), (2.0,) * 3, "z-", segmentation=Segmentation("otsu"), cut=cut)
    dataset = imported(tmp_path, replace(plan, resize=(32, 32, 32)))
    assert dataset.shape == (32, 32, 32)
    assert dataset.description.voxel_nm == (1.0, 1.0, 1.0)
    sides: dict[bool, set[int]] = {True: set(), False: set()}
    for name, held_out in zip(dataset.names, dataset.held_out, strict=True):
        x, y, _ = (int(word[1:]) for word in name.split("-")[-3:])
        sides[bool(held_out)] |= set(place[x : x + 16, y : y + 16].ravel().tolist())
    assert sides[True]
    assert not sides[True] & sides[False]
    assert sum(dataset.description.origin["left_out"].values()) + len(dataset) == 17 * 15


@pytest.mark.parametrize(
    ("film", "cut"),
    [
        ((100, 100, 50), Cut(4)),
        ((466, 465, 50), Cut(4)),
        ((60, 30, 20), Cut(3)),
        ((90, 80, 70), Cut(9, (16, 24, 20))),
    ],
)
def test_windows_of_the_two_sides_are_apart(film: tuple[int, int, int], cut: Cut) -> None:
    windows = split_windows(film, cut)
    masks = {side: np.zeros(film, bool) for side in (True, False)}
    for window in windows:
        if window.held_out is not None:
            (x, y, z), (w, d, h) = window.origin, window.size
            masks[window.held_out][x : x + w, y : y + d, z : z + h] = True
    assert masks[True].any()
    assert masks[False].any()
    assert not (masks[True] & masks[False]).any()


def test_a_rock_is_cut_into_cubes_along_z_too(tmp_path: Path) -> None:
    rock = blobs(0, (64, 48, 40), share=0.2)
    np.save(tmp_path / "rock.npy", rock)
    names, cut = ((0, "pore"), (1, "quartz")), Cut(8, (16, 16, 16))
    plan = ImportPlan((str(tmp_path / "rock.npy"),), (2.0,) * 3, names=names, cut=cut, isotropic=True)
    dataset = imported(tmp_path, plan)
    assert dataset.description.isotropic
    assert dataset.description.conditions == ("volume_fraction_pore",), "what depends on a direction is not learned"
    assert sum(dataset.description.origin["left_out"].values()) + len(dataset) == 7 * 5 * 4
    assert dataset.description.origin["independent"] == 4 * 3 * 2
    for number, name in enumerate(dataset.names):
        x, y, z = (int(word[1:]) for word in name.split("-")[-3:])
        np.testing.assert_array_equal(dataset.phases(number), rock[x : x + 16, y : y + 16, z : z + 16])


def test_a_film_that_comes_twice_is_not_on_both_sides(tmp_path: Path) -> None:
    grey = np.random.default_rng(0).integers(0, 256, (48, 48, 16)).astype(np.uint16)
    for bits in (8, 16):
        np.save(tmp_path / f"film{bits}.npy", (grey << (bits - 8)).astype(f"u{bits // 8}"))
    plan = ImportPlan((str(tmp_path),), (2.0,) * 3, "z-", segmentation=Segmentation("otsu"), cut=Cut(8))
    dataset = imported(tmp_path, plan)
    places = [name.split("-", 1)[1] for name in dataset.names]
    training = {place for place, side in zip(places, dataset.held_out, strict=True) if not side}
    held_out = {place for place, side in zip(places, dataset.held_out, strict=True) if side}
    assert held_out
    assert not training & held_out


def test_a_tomogram_chosen_by_its_xml_or_with_it_is_one_volume(tmp_path: Path) -> None:
    np.zeros((2, 3, 4), np.uint8).tofile(tmp_path / "film.raw")
    head = "<tomogram_metadata><data_info><data_format>8 bit</data_format><length>4</length><width>3</width><height>2"
    tail = "</height><pixel_size><value>2</value><units>nm</units></pixel_size></data_info></tomogram_metadata>"
    (tmp_path / "film.xml").write_text(head + tail)
    for chosen in ((tmp_path / "film.xml",), (tmp_path / "film.raw", tmp_path / "film.xml")):
        found = find_volumes(tuple(map(str, chosen)))
        assert [volume.path.name for volume in found.volumes] == ["film.raw"]
        assert found.shape == (4, 3, 2)


def test_a_large_film_holds_out_about_an_eighth() -> None:
    sides = [window.held_out for window in split_windows((466, 465, 50), Cut(4))]
    assert len(sides) > 10_500  # as many as the paper cuts from this film
    assert 0.08 < sides.count(True) / (sides.count(True) + sides.count(False)) < 0.18


def test_the_last_window_reaches_the_edge() -> None:
    assert origins(100, 50, 4)[-1] == 50
    assert origins(50, 50, 4) == [0]


def test_overlapping_volumes_of_unknown_place_keep_a_gap(tmp_path: Path) -> None:
    film = blobs(1, (400, 32, 32)) * (np.arange(400)[:, None, None] % 130 > 8)
    with h5py.File(tmp_path / "cut.h5", "w") as file:
        for number in range(92):
            file[f"v{number}"] = film[4 * number : 4 * number + 32]
    dataset = imported(tmp_path, ImportPlan((str(tmp_path / "cut.h5"),), (2.0,) * 3, "z-"))
    numbers = np.array([int(name.rsplit("v", 1)[1]) for name in dataset.names])
    gap = numbers[dataset.held_out].min() - numbers[~dataset.held_out].max()
    assert 4 * gap >= 32


def test_volumes_that_have_nothing_in_common_are_all_kept(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "films.h5", "w") as file:
        for number in range(16):
            file[str(number)] = blobs(number, share=0.3 + 0.4 * np.random.default_rng(number).random())
    dataset = imported(tmp_path, ImportPlan((str(tmp_path / "films.h5"),), (2.0,) * 3, "z-"))
    assert len(dataset) == 16
    assert dataset.held_out.sum() == 2


def test_films_of_other_thickness_need_one_size_and_are_told(tmp_path: Path) -> None:
    for number, layers in enumerate((16, 24)):
        np.save(tmp_path / f"film{number}.npy", blobs(number, (64, 64, layers)))
    plan = ImportPlan((str(tmp_path),), (2.0,) * 3, "z-", cut=Cut(8))
    with pytest.raises(InputError, match="16×16×16 and 24×24×24"):
        imported(tmp_path, plan)
    dataset = imported(tmp_path, replace(plan, resize=(32, 32, 32)))
    assert dataset.shapes == {(32, 32, 32)}
    sizes = next(finding for finding in dataset.checks["findings"] if finding["name"] == "sizes")
    assert sizes["severity"] == "warning"
    assert len(np.unique(dataset.table["series"])) == 4


def test_a_data_set_of_this_program_needs_no_answer(published: str, tmp_path: Path) -> None:
    first = imported(tmp_path, ImportPlan((published,), (1.0, 1.0, 1.5), "z-", lateral="periodic"))
    list(import_dataset(tmp_path / "again.h5", ImportPlan((str(first.path),)), workers=1))
    again = VolumeDataset(tmp_path / "again.h5")
    assert again.description.voxel_nm == (1.0, 1.0, 1.5)
    assert again.description.lateral == "periodic"
    np.testing.assert_array_equal(again.held_out, first.held_out)


def test_a_data_set_of_four_phases_is_imported_again_whatever_its_first_volume_lacks(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    with h5py.File(tmp_path / "rock.h5", "w") as file:
        for number in range(4):
            file[str(number)] = random.integers(0, 4 if number else 3, (16, 16, 16)).astype(np.uint8) * 5
    names = ((0, "quartz"), (1, "clay"), (2, "pore"), (3, "organic"))
    mapping = tuple((5.0 * label, label) for label, _ in names)
    plan = ImportPlan((str(tmp_path / "rock.h5"),), (2.0,) * 3, mapping=mapping, names=names)
    first = imported(tmp_path, replace(plan, conditions=("volume_fraction_quartz",)))
    again = tmp_path / "again.h5"
    list(import_dataset(again, ImportPlan((str(first.path),), conditions=("volume_fraction_quartz",)), workers=1))
    assert VolumeDataset(again).description.phase_names == ("quartz", "clay", "pore", "organic")
    np.testing.assert_array_equal(VolumeDataset(again).phases(1), first.phases(1))


@pytest.mark.parametrize("labels", [(0, 2), (1, 2), (0,), tuple(range(9))])
def test_labels_follow_each_other_from_0_and_are_two_to_eight(labels: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="2 to 8 phases with the labels 0, 1, 2 and so on"):
        ImportPlan(("film.npy",), mapping=tuple((float(value), label) for value, label in enumerate(labels)))


def test_slices_in_a_folder_are_one_stack_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    film = blobs(2, (20, 16, 12))
    for layer in range(12):
        tifffile.imwrite(tmp_path / f"slice{layer}.tif", film[:, :, layer].T)
    (tmp_path / "notes.txt").write_text("measured on a Monday")
    found = find_volumes((str(tmp_path),))
    assert (len(found.volumes), found.shape, found.voxel_nm) == (1, (20, 16, 12), None)


@pytest.mark.parametrize("extension", ["vti", "nrrd", "mhd", "h5", "npy", "vtk", "txt", "raw"])
def test_every_format_is_a_source(extension: str, tmp_path: Path) -> None:
    for number in range(2):
        film = Microstructure(blobs(number, (16, 16, 16)), (2.0, 2.0, 2.0), "no-flux", TWO)
        io.write(film, tmp_path / f"film{number}.{extension}")
    dataset = imported(tmp_path, ImportPlan((str(tmp_path),), (2.0,) * 3, "z-"))
    np.testing.assert_array_equal(dataset.phases(0), blobs(0, (16, 16, 16)))
    assert len(dataset) == 2


def test_what_the_program_wrote_needs_no_answer(tmp_path: Path) -> None:
    for number in range(2):
        film = Microstructure(blobs(number, (16, 16, 16)), (2.0, 2.0, 3.0), "periodic", TWO)
        io.write(film, tmp_path / f"film{number}.vti")
    dataset = imported(tmp_path, ImportPlan((str(tmp_path / "*.vti"),)))
    assert dataset.description.voxel_nm == (2.0, 2.0, 3.0)
    assert dataset.description.lateral == "periodic"


@pytest.mark.parametrize(("face", "first"), [("z-", 0), ("z+", 3), ("x-", 0), ("x+", 3), ("y-", 0), ("y+", 3)])
def test_the_named_face_becomes_the_cathode(face: str, first: int) -> None:
    axis = "xyz".index(face[0])
    layers = np.moveaxis(np.broadcast_to(np.arange(4), (5, 6, 4)), 2, axis)
    turned = oriented(layers, face)  # type: ignore[arg-type]
    assert turned.shape == (5, 6, 4)
    assert (turned[:, :, 0] == first).all()


def test_a_resize_takes_the_nearest_voxel() -> None:
    phases = blobs(3, (10, 10, 10))
    np.testing.assert_array_equal(resized(phases, (20, 20, 20)), phases.repeat(2, 0).repeat(2, 1).repeat(2, 2))
    np.testing.assert_array_equal(resized(resized(phases, (30, 30, 30)), (10, 10, 10)), phases)


def test_volumes_whose_conditions_do_not_exist_are_left_out_and_counted(tmp_path: Path) -> None:
    for number in range(4):
        np.save(tmp_path / f"film{number}.npy", blobs(number, (16, 16, 16)))
    np.save(tmp_path / "film9.npy", np.zeros((16, 16, 16), np.uint8))
    dataset = imported(tmp_path, ImportPlan((str(tmp_path),), (1.0,) * 3, "z-"))
    assert dataset.description.origin["left_out"] == {"no acceptor voxel touches the cathode": 1}
    assert len(dataset) == 4


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"voxel_nm": None}, "voxel"),
        ({"cathode": None}, "cathode"),
        ({"mapping": ()}, "--map 0=0 7=1"),
        ({"conditions": ("beauty",)}, "beauty"),
        ({"process": ("phi",)}, "phi"),
        ({"group_by": ("batch",)}, "batch"),
        ({"cut": Cut(4, (99, 99))}, "99×99×16"),
        ({"cut": Cut(4, (16, 16, 17))}, "16×16×17"),
        ({"sources": ("nowhere/*.h5",)}, "nowhere"),
    ],
)
def test_an_open_question_is_named(changed: dict[str, object], words: str, tmp_path: Path) -> None:
    for number in range(2):
        np.save(tmp_path / f"film{number}.npy", 7 * blobs(number, (16, 16, 16)))
    plan = ImportPlan((str(tmp_path),), (1.0,) * 3, "z-", mapping=((0, 0), (7, 1)))
    with pytest.raises(InputError, match=words):
        list(import_dataset(tmp_path / "set.h5", replace(plan, **changed), workers=1))  # type: ignore[arg-type]
    assert not (tmp_path / "set.h5").exists()


def test_why_no_volume_can_be_learned_from_is_told(tmp_path: Path) -> None:
    layers = np.zeros((16, 16, 16), np.uint8)
    layers[:, :, 8:] = 1  # no donor reaches the anode
    np.save(tmp_path / "film.npy", layers)
    plan = ImportPlan((str(tmp_path / "film.npy"),), (1.0,) * 3, "z-")
    with pytest.raises(InputError, match=r"No volume can be learned from: no donor voxel .* --condition") as told:
        list(import_dataset(tmp_path / "set.h5", plan, workers=1))
    assert str(tmp_path) not in str(told.value)
    imported(tmp_path, replace(plan, conditions=("ABS_f_D",)))


def test_a_misfit_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    np.save(tmp_path / "film0.npy", blobs(0, (16, 16, 16)))
    np.save(tmp_path / "film1.npy", blobs(0, (16, 20, 16)))
    with pytest.raises(InputError, match=r"film1\.npy has 16×20×16"):
        imported(tmp_path, ImportPlan((str(tmp_path),), (1.0,) * 3, "z-"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film0.npy", "film1.npy"]


def test_a_table_must_fit(tmp_path: Path) -> None:
    np.save(tmp_path / "film0.npy", blobs(0, (16, 16, 16)))
    table = tmp_path / "recipes.csv"
    plan = ImportPlan((str(tmp_path / "film0.npy"),), (1.0,) * 3, "z-", recipes=table)
    for text, words in (
        ("file,T\nfilm1,3\n", "no row for film0"),
        ("file,T\nfilm0,hot\n", "row 2, column T, holds 'hot'"),
        ("file,T\nfilm0,3,4\n", "2 values for 1 columns"),
        ("film0\n", "needs a head"),
    ):
        table.write_text(text)
        with pytest.raises(InputError, match=words):
            list(import_dataset(tmp_path / "set.h5", plan, workers=1))

"""The pictures of docs/descriptors: each formula, and beside it what it counts in one small film.

`python packaging/descriptor_pictures.py FOLDER`; `make pictures` writes them into docs/descriptors.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Circle
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from microdesigner import Microstructure, describe
from microdesigner.descriptors.chord_length import chord_lengths
from microdesigner.descriptors.structure_factor import structure_factor

COLOURS = ListedColormap(["#2a6f97", "#f2a541", "#8d99ae"])
MARK, FAINT = "#c1121f", 0.35
Film = NDArray[np.uint8]


def film() -> Film:
    """A film of two phases and a mixed one between them, [x, y, z], made by filtering noise."""
    noise = np.random.default_rng(23).normal(size=(72, 24, 36))
    field = ndimage.gaussian_filter(noise, 3.0, mode=("wrap", "wrap", "nearest"))
    field -= np.quantile(field, 0.53)
    labels = np.where(field < 0, 0, 1).astype(np.uint8)
    labels[np.abs(field) < 0.12 * field.std()] = 2
    return labels


PHASES = film()
CUT = PHASES[:, 12, :].T  # [z, x]
VALUES = describe(Microstructure(PHASES, voxel_nm=(1.0, 1.0, 1.0)), "full").values


def show(axes: Axes, faint: bool = False) -> None:
    """The film's cut, with the cathode below."""
    axes.imshow(CUT, cmap=COLOURS, vmin=0, vmax=2, origin="lower", interpolation="nearest", alpha=FAINT if faint else 1)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlabel("cathode", fontsize=8, labelpad=2)
    axes.set_title("anode", fontsize=8, pad=2)


def overlay(axes: Axes, mask: NDArray[np.bool_], colour: str = MARK) -> None:
    """What counts, over the faint film."""
    show(axes, faint=True)
    axes.imshow(np.where(mask, 1.0, np.nan), cmap=ListedColormap([colour]), origin="lower", interpolation="nearest")


def fraction(axes: Axes) -> None:
    overlay(axes, CUT == 0, "#2a6f97")


def absorption(axes: Axes) -> None:
    light = np.broadcast_to(np.exp(-np.arange(CUT.shape[0])[::-1, None] / 12), CUT.shape)
    axes.imshow(np.where(CUT == 0, light, np.nan), cmap="viridis", origin="lower", interpolation="nearest")
    axes.set(xticks=[], yticks=[], title="light from above")


def parts(label: int, touching: int) -> NDArray[np.bool_]:
    """Voxels of a phase connected in the cut to the layer `touching`."""
    marks, _ = ndimage.label(label == CUT, np.ones((3, 3)))
    return np.isin(marks, np.setdiff1d(marks[touching], 0))


def connected(axes: Axes) -> None:
    overlay(axes, parts(0, -1))


def percolating(axes: Axes) -> None:
    overlay(axes, parts(0, -1) & parts(0, 0))


def straight(axes: Axes) -> None:
    """A straight path and a winding one, found by growing the phase from the anode."""
    inside, height = CUT == 0, CUT.shape[0]
    distance = np.full(CUT.shape, np.inf)
    distance[-1, inside[-1]] = 0
    for _ in range(4 * height):
        for dz, dx in ((1, 0), (1, 1), (1, -1), (0, 1), (0, -1), (-1, 0), (-1, 1), (-1, -1)):
            moved = np.roll(np.roll(distance, -dz, 0), -dx, 1) + np.hypot(dz, dx)
            moved[-1 if dz > 0 else 0] = np.inf if dz else moved[-1 if dz > 0 else 0]
            distance = np.where(inside, np.minimum(distance, moved), np.inf)
    excess = distance - np.arange(height)[::-1, None]
    overlay(axes, np.isfinite(distance) & (excess < 1))


def contact_faces() -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Donor voxels beside an acceptor one, and acceptor voxels beside a donor one."""
    cross = ndimage.generate_binary_structure(2, 1)
    sharp = np.where(CUT == 2, ndimage.distance_transform_edt(CUT != 0) > ndimage.distance_transform_edt(CUT != 1), CUT)
    donor, acceptor = sharp == 0, sharp == 1
    return donor & ndimage.binary_dilation(acceptor, cross), acceptor & ndimage.binary_dilation(donor, cross)


def interface(axes: Axes) -> None:
    donor, acceptor = contact_faces()
    overlay(axes, donor | acceptor)


def useful(axes: Axes) -> None:
    donor, acceptor = contact_faces()
    beside = ndimage.binary_dilation(parts(0, -1), iterations=2) & ndimage.binary_dilation(parts(1, 0), iterations=2)
    overlay(axes, (donor | acceptor) & beside)


def near(axes: Axes) -> None:
    distance = ndimage.distance_transform_edt(CUT != 1)
    shown = np.where((CUT == 0) & (distance < 10), distance, np.nan)
    axes.imshow(shown, cmap="magma", origin="lower", interpolation="nearest")
    axes.set(xticks=[], yticks=[], title="distance below 10 nm")


def surface(axes: Axes) -> None:
    show(axes, faint=True)
    smooth = ndimage.gaussian_filter((CUT == 0).astype(float), 1)
    axes.contour(smooth, [0.5], colors=MARK, linewidths=1.5)


def chords(axes: Axes) -> None:
    curve = chord_lengths(Microstructure(PHASES, voxel_nm=(1.0, 1.0, 1.0)), 0, "x")
    axes.bar(curve.position, curve.value, width=1, color="#2a6f97")
    axes.axvline(float(VALUES["mean_chord_x_D"]), color=MARK)
    axes.set(xlabel="chord along x (nm)", ylabel="share", xlim=(0, 45))


def domain(axes: Axes) -> None:
    curve = structure_factor(Microstructure(PHASES, voxel_nm=(1.0, 1.0, 1.0)), 0)
    axes.plot(curve.position, curve.value, color="#2a6f97")
    axes.axvline(2 * np.pi / float(VALUES["domain_size_D"]), color=MARK)
    axes.set(xlabel="k (1/nm)", ylabel="S(k) (nm³)", xlim=(0, 1.5))


def euler(axes: Axes) -> None:
    """A ball, a hollow ball and a ring, cut."""
    y, x = np.mgrid[-20:21, -66:67]
    picture = np.zeros(x.shape)
    for centre, number in ((-44, 1), (0, 2), (44, 0)):
        r = np.hypot(x - centre, y)
        picture[(r < 18) & ((number == 1) | (r > 9))] = 1
        axes.text(
            centre + 66,
            -3,
            f"{('ball', 'hollow ball', 'ring')[(centre + 44) // 44]}: {number}",
            ha="center",
            fontsize=9,
        )
    axes.imshow(np.where(picture, 1, np.nan), cmap=ListedColormap(["#2a6f97"]))
    axes.set_axis_off()


def transport(axes: Axes) -> None:
    """The concentration in the donor phase of the cut, by relaxation."""
    inside = CUT == 0
    c = np.where(inside, np.linspace(0, 1, CUT.shape[0])[:, None], 0.0)
    for _ in range(3000):
        total, count = np.zeros_like(c), np.zeros_like(c)
        for dz, dx in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            beside = np.roll(np.roll(inside, dz, 0), dx, 1)
            if dz:
                beside[0 if dz > 0 else -1] = False
            total += np.where(beside, np.roll(np.roll(c, dz, 0), dx, 1), 0)
            count += beside
        c = np.where(inside, total / np.maximum(count, 1), 0)
        c[0, inside[0]], c[-1, inside[-1]] = 0, 1
    axes.imshow(np.where(inside, c, np.nan), cmap="viridis", origin="lower", interpolation="nearest")
    axes.set(xticks=[], yticks=[], title="concentration")


def tilt(axes: Axes) -> None:
    profile = (PHASES == 0).mean(axis=(0, 1))
    axes.plot(profile, np.arange(len(profile)), color="#2a6f97")
    axes.axhspan(-0.5, 7.5, color="#dddddd")
    axes.axhspan(len(profile) - 8.5, len(profile) - 0.5, color="#dddddd")
    axes.set(xlabel="donor fraction of the layer", ylabel="z (nm)", xlim=(0, 1))


def curvature(axes: Axes) -> None:
    x = np.linspace(-1.4, np.pi + 1.4, 200)
    axes.plot(x, np.cos(x), color="#2a6f97", lw=2)
    axes.fill_between(x, np.cos(x), -1.6, color="#2a6f97", alpha=FAINT)
    for centre, words in (((0, 0), "H > 0"), ((np.pi, 0), "H < 0")):
        axes.add_patch(Circle(centre, 1, fill=False, color=MARK, ls="--"))
        axes.text(*centre, words, ha="center", va="center", fontsize=9)
    axes.set(aspect="equal", ylim=(-1.6, 1.3))
    axes.set_axis_off()


def gaussian(axes: Axes) -> None:
    x, y = np.meshgrid(np.linspace(-1, 1, 60), np.linspace(-1, 1, 60))
    axes.contour(x - 1.3, y, x**2 + y**2, 8, cmap="viridis")
    axes.contour(x + 1.3, y, x**2 - y**2, 8, cmap="viridis")
    axes.text(-1.3, -1.3, "bump: K > 0", ha="center", fontsize=9)
    axes.text(1.3, -1.3, "saddle: K < 0", ha="center", fontsize=9)
    axes.set(aspect="equal", ylim=(-1.5, 1.1))
    axes.set_axis_off()


def interphase(axes: Axes) -> None:
    overlay(axes, CUT == 2, "#8d99ae")


def isolated(axes: Axes) -> None:
    cut = np.zeros((9, 18), int)
    cut[:, 9:] = 1
    cut[4, 4] = 1
    cut[2, 13] = 0
    axes.imshow(cut, cmap=COLOURS, vmin=0, vmax=2)
    for place in ((4, 4), (13, 2)):
        axes.add_patch(Circle(place, 1.2, fill=False, color=MARK, lw=2))
    axes.set(xticks=[], yticks=[])


PICTURES: dict[str, tuple[str, Callable[[Axes], None]]] = {
    "volume-fraction": (r"$f_D = \frac{N_D}{N_D + N_A + N_M}$", fraction),
    "straight-paths": (r"$\tau_D = \frac{\#\{v:\ d(v) - h(v) < h(v)/n_z\}}{\#\{v:\ d(v) < \infty\}}$", straight),
    "absorbing-donor": (r"$f_{w,D} = \frac{\sum_z w(z)\, f_D(z)}{\sum_z w(z)}$", absorption),
    "connected-share": (r"$c_D = \frac{\#\{v \in D:\ v \sim \mathrm{electrode}\}}{\# D}$", connected),
    "interface-per-voxel": (r"$e_{DA} = \frac{\#\{\mathrm{faces\ between\ } D \mathrm{\ and\ } A\}}{N}$", interface),
    "useful-interface": (
        r"$c_{DA} = \frac{\#\{(d,a):\ d \sim \mathrm{anode},\ a \sim \mathrm{cathode}\}}{\#\{(d,a)\}}$",
        useful,
    ),
    "near-the-interface": (r"$h_D = \frac{\#\{v \in D:\ d(v, \mathrm{interface}) < 10\,\mathrm{nm}\}}{\# D}$", near),
    "specific-surface": (r"$s_{DA} = \frac{A_{DA}}{V},\quad s_{DA,\mathrm{iso}} = 2 P_L$", surface),
    "mean-chord": (r"$\ell_{x,D} = \sum_\ell \ell\, p(\ell) \approx \frac{2 f_D}{P_L}$", chords),
    "domain-size": (r"$R_D = 2\pi\, \frac{\int S(k)\,dk}{\int k\,S(k)\,dk}$", domain),
    "euler-number": (r"$\chi = \mathrm{parts} - \mathrm{tunnels} + \mathrm{cavities}$", euler),
    "percolating-share": (r"$P_D = \frac{\#\{v \in D:\ v \sim \mathrm{both\ electrodes}\}}{\# D}$", percolating),
    "tortuosity-factor": (
        r"$\tau_{F,D} = \frac{f_D\, D}{D_{\mathrm{eff}}},\quad \nabla \cdot (D\, \nabla c) = 0$",
        transport,
    ),
    "composition-tilt": (
        r"$\Delta_z = \langle f_D \rangle_{\mathrm{top\ 8}} - \langle f_D \rangle_{\mathrm{bottom\ 8}}$",
        tilt,
    ),
    "mean-curvature": (r"$H = \frac{1}{A} \int \frac{\kappa_1 + \kappa_2}{2}\, dA$", curvature),
    "gaussian-curvature": (r"$K = \frac{1}{A} \int \kappa_1 \kappa_2\, dA$", gaussian),
    "interphase-thickness": (r"$\delta = \frac{1}{A} \int_{M} (d_D + d_A)\, dA$", interphase),
    "isolated-voxels": (r"$f_{\mathrm{iso}} = \frac{\#\{v:\ \mathrm{no\ face\ neighbour\ alike}\}}{N}$", isolated),
}


def draw(name: str, folder: Path) -> None:
    """Write one picture with few colours."""
    formula, paint = PICTURES[name]
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.2, 2.3), width_ratios=(1.15, 1), layout="constrained")
    left.set_axis_off()
    left.text(0.5, 0.5, formula, ha="center", va="center", fontsize=14, transform=left.transAxes)
    paint(right)
    path = folder / f"{name}.png"
    figure.savefig(path, dpi=110)
    plt.close(figure)
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(32, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "docs" / "descriptors"
    for entry in PICTURES:
        draw(entry, target)

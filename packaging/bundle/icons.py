"""The icon as Windows (.ico) and macOS (.icns) want it, drawn from resources/icon.svg: `icons.py FOLDER`."""

import sys
from pathlib import Path

from PIL import Image
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SVG = Path(__file__).resolve().parents[2] / "resources" / "icon.svg"
EDGE, ICO_EDGES = 512, (16, 32, 48, 64, 128, 256)


def main(folder: Path) -> None:
    app = QGuiApplication(["icons", "-platform", "offscreen"])
    image = QImage(EDGE, EDGE, QImage.Format.Format_RGBA8888)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(SVG)).render(painter)
    painter.end()
    picture = Image.frombytes("RGBA", (EDGE, EDGE), bytes(image.constBits()))
    folder.mkdir(parents=True, exist_ok=True)
    picture.save(folder / "microdesigner.ico", sizes=[(edge, edge) for edge in ICO_EDGES])
    picture.save(folder / "microdesigner.icns")
    app.quit()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Decks as people bring them, and as nobody should."""

import io
import zlib

import pypdf
from PIL import Image, ImageDraw
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject


def pdf(
    *words: str,
    size: tuple[float, float] = (960, 540),
    colour: tuple[float, float, float] = (1, 1, 1),
) -> bytes:
    """One page for each of `words` (ASCII), written out by hand: nothing but text in it."""
    objects: list[bytes] = [b"", b""]
    kids = []
    objects.append(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    for word in words:
        drawn = (
            f"{colour[0]} {colour[1]} {colour[2]} rg 0 0 {size[0]} {size[1]} re f "
            f"0 0 0 rg BT /F1 48 Tf 60 {size[1] / 2} Td ({word}) Tj ET"
        ).encode()
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %s %s]/Contents %d 0 R"
            b"/Resources<</Font<</F1 3 0 R>>>>>>"
            % (str(size[0]).encode(), str(size[1]).encode(), len(objects))
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    return written(objects)


def written(objects: list[bytes]) -> bytes:
    """A PDF file of these objects, the first being its catalogue."""
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.7\n")
    for number, each in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, each))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for place in places:
        out.write(b"%010d 00000 n \n" % place)
    out.write(
        b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    )
    return out.getvalue()


def locked() -> bytes:
    """One that asks for a password."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf("secret")))
    writer.encrypt("open sesame", algorithm="RC4-128")
    return saved(writer)


def loaded(address: str, program: str) -> bytes:
    """One that would run a script, start a program and open an address, each by opening it."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf("loaded")))
    script = f"app.launchURL('{address}'); this.submitForm('{address}');"
    actions = [
        {"/S": NameObject("/JavaScript"), "/JS": TextStringObject(script)},
        {"/S": NameObject("/URI"), "/URI": TextStringObject(address)},
        {"/S": NameObject("/Launch"), "/F": TextStringObject(program)},
        {"/S": NameObject("/GoToR"), "/F": TextStringObject(address)},
    ]
    made = [
        DictionaryObject({NameObject(name): value for name, value in action.items()})
        for action in actions
    ]
    made[0][NameObject("/Next")] = ArrayObject(made[1:])
    writer._root_object[NameObject("/OpenAction")] = made[0]
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): made[1]})
    writer.add_attachment("evil.exe", b"MZ evil")
    return saved(writer)


def swollen(pixels: int = 60_000) -> bytes:
    """A picture of thousands of millions of points, packed into some kilobytes."""
    packed = zlib.compress(b"\x00" * 10_000_000, 9)
    drawn = b"q 900 0 0 500 30 20 cm /I Do Q"
    return written(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1/Kids[5 0 R]>>",
            b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB"
            b"/BitsPerComponent 8/Filter/FlateDecode/Length %d>>stream\n%s\nendstream"
            % (pixels, pixels, len(packed), packed),
            b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 960 540]/Contents 4 0 R"
            b"/Resources<</XObject<</I 3 0 R>>>>>>",
        ]
    )


def saved(writer: pypdf.PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def picture(
    words: str = "page", *, kind: str = "PNG", size: tuple[int, int] = (1600, 900)
) -> bytes:
    made = Image.new("RGB", size, "white")
    ImageDraw.Draw(made).text((80, 80), words, fill="black")
    out = io.BytesIO()
    made.save(out, kind)
    return out.getvalue()

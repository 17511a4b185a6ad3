"""Speak the demo lectures anew: `python -m lms.demo.narrate [lesson key …]`, for development only.

Needs the Debian package `espeak-ng` and the development dependencies (pypinyin).
espeak-ng's own reading of Chinese characters picks wrong sounds for words like 重要;
pypinyin reads whole words, so the voice is given pinyin. The results are committed, so
nobody who only runs the school needs either.
"""

import shutil
import subprocess
import sys
import tempfile
import wave
from itertools import pairwise
from pathlib import Path

from pypinyin import Style, lazy_pinyin, load_phrases_dict
from pypinyin.seg import mmseg

from lms import env
from lms.demo.content import all_lessons
from lms.demo.film import run_ffmpeg
from lms.demo.narration_index import (
    LEAD_MS,
    NARRATION,
    SENTENCE_GAP_MS,
    TAIL_MS,
    TICK_MS,
    narration_path,
    read_index,
    write_index,
)
from lms.demo.texts import LessonText, SlideText

WORDS_PER_MINUTE = 188
PUNCTUATION = {"，": ", ", "。": ". ", "、": ", ", "；": "; ", "：": ", ", "？": "? ", "！": "! "}
READINGS = {  # what pypinyin's phrases get wrong in our texts
    "做得到": "zuò de dào", "做得好": "zuò de hǎo", "催得急": "cuī de jí",
    "报告得越早": "bào gào de yuè zǎo",
    "学得进去": "xué de jìn qù", "看得懂": "kàn de dǒng", "讲得完": "jiǎng de wán",
    "分不清": "fēn bù qīng", "数清楚": "shǔ qīng chǔ", "数错": "shǔ cuò", "另外数": "lìng wài shǔ",
    "要长": "yào cháng", "还长": "hái cháng", "统一了": "tǒng yī le", "空档": "kòng dàng",
    "只有": "zhǐ yǒu",
}  # fmt: skip
load_phrases_dict({word: [[part] for part in text.split()] for word, text in READINGS.items()})
mmseg.retrain(mmseg.seg)


def say(message: str) -> None:
    """Tell the person at the terminal."""
    sys.stdout.write(message + "\n")


def in_spoken_tones(words: list[list[str]]) -> list[list[str]]:
    """Change the tones of 一 and 不 before the syllable that follows, as people say them."""
    flat = [(row, column) for row, word in enumerate(words) for column in range(len(word))]
    spoken = [list(word) for word in words]
    for (row, column), (next_row, next_column) in pairwise(flat):
        following = words[next_row][next_column][-1]
        if words[row][column] == "bu4!":
            spoken[row][column] = "bu2" if following == "4" else "bu4"
        elif words[row][column] == "yi1!" and following.isdigit():
            spoken[row][column] = "yi2" if following == "4" else "yi4"
    return [[syllable.rstrip("!") for syllable in word] for word in spoken]


def pinyin_of(sentence: str) -> str:
    """The sentence as numbered pinyin, one blank between words, for the voice."""
    words: list[list[str]] = []
    previous = ""
    for word in mmseg.seg.cut(sentence):
        if word in PUNCTUATION:
            words.append([PUNCTUATION[word]])
            previous = word
            continue
        readings = lazy_pinyin(
            word, style=Style.TONE3, neutral_tone_with_five=True, tone_sandhi=True
        )
        syllables = []
        for character, reading in zip(word, readings, strict=True):
            ordinal = previous == "第"  # 第一 keeps its first tone
            marked = character in "一不" and not ordinal and reading in ("yi1", "bu4")
            syllables.append(reading + "!" if marked else reading)
            previous = character
        words.append(syllables)
    return " ".join("".join(word) for word in in_spoken_tones(words)).replace(" ,", ",")


def speak(sentence: str, into: Path) -> bytes:
    """PCM of one sentence: 16-bit mono at the voice's own 22050 Hz."""
    command = ["espeak-ng", "-v", "cmn-latn-pinyin", "-s", str(WORDS_PER_MINUTE), "-w", str(into)]
    subprocess.run([*command, pinyin_of(sentence)], check=True)
    with wave.open(str(into)) as sound:
        frames: bytes = sound.readframes(sound.getnframes())
    return frames


def silence(milliseconds: int) -> bytes:
    """Quiet PCM of that length."""
    return b"\0\0" * (22050 * milliseconds // 1000)


def slide_sound(slide: SlideText, scratch: Path) -> bytes:
    """PCM of one slide, its length a whole number of ticks."""
    pause = silence(SENTENCE_GAP_MS)
    spoken = pause.join(speak(sentence, scratch / "sentence.wav") for sentence in slide.narration)
    sound = silence(LEAD_MS) + spoken + silence(TAIL_MS)
    samples_a_tick = 22050 * TICK_MS // 1000
    missing = -(len(sound) // 2) % samples_a_tick
    return sound + b"\0\0" * missing


def narrate(lesson: LessonText, scratch: Path) -> tuple[int, ...]:
    """Write the lesson's Opus file; returns how long each slide is shown, in ms."""
    parts = [slide_sound(slide, scratch) for slide in lesson.slides]
    with wave.open(str(scratch / "lesson.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(22050)
        sound.writeframes(b"".join(parts))
    filters = "highpass=f=90,acompressor=threshold=-20dB:ratio=3,loudnorm=I=-18:TP=-2"
    command = ["-i", str(scratch / "lesson.wav"), "-af", filters, "-ac", "1", "-ar", "16000"]
    command += ["-c:a", "libopus", "-b:a", "12k"]
    command += ["-application", "voip", "-map_metadata", "-1", "-fflags", "+bitexact"]
    run_ffmpeg([*command, str(narration_path(lesson.key))], cwd=scratch)
    return tuple(len(part) // 2 * 1000 // 22050 for part in parts)


def main(keys: list[str]) -> int:
    """Speak the named lessons, or all of them."""
    if shutil.which("espeak-ng") is None:
        say("espeak-ng is missing. Install it with: apt-get install espeak-ng")
        return 1
    env.point_django_at_settings()  # they name the ffmpeg to use
    NARRATION.mkdir(exist_ok=True)
    index = read_index()
    for _, lesson in all_lessons():
        if keys and lesson.key not in keys:
            continue
        with tempfile.TemporaryDirectory() as scratch:
            index[lesson.key] = narrate(lesson, Path(scratch))
        say(f"{lesson.key}: {sum(index[lesson.key]) / 1000:.1f} s")
    write_index(index)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

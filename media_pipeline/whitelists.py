"""What ffmpeg and PyAV may open: everything else is refused before a byte of it is parsed.

Formats that name other files (playlists, concat scripts, session descriptions) are absent on
purpose: ffmpeg would open a neighbour's recording and copy it into the sender's video.
Stands alone: the probing child reads it without Django.
"""

PROTOCOLS = "file"
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm"
VIDEO_CODECS = ("h264", "hevc", "vp8", "vp9", "av1", "mpeg4")
AUDIO_CODECS = ("aac", "mp3", "opus", "vorbis", "flac", "pcm_s16le", "pcm_s16be", "pcm_s24le")
# Decoders by the names of either build of ffmpeg.
DECODERS = ",".join(
    (*VIDEO_CODECS, *AUDIO_CODECS, "libdav1d", "libaom-av1", "libvpx", "libvpx-vp9", "mp3float")
)
MAX_PIXELS = 4096 * 2304
MAX_STREAMS = 16

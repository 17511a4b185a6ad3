"""What ffmpeg and PyAV may open: everything else is refused before a byte of it is parsed.

Formats that name other files (playlists, concat scripts, session descriptions) are absent on
purpose: ffmpeg would open a neighbour's recording and copy it into the sender's video.
Stands alone: the probing child reads it without Django.
"""

PROTOCOLS = "file"
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,asf,mpeg,mpegts,mp3,wav,ogg,aac,flac"
VIDEO_CODECS = (
    *("h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "mpeg1video", "mpeg2video"),
    *("wmv1", "wmv2", "wmv3", "vc1", "msmpeg4v2", "msmpeg4v3", "flv1", "h263", "mjpeg"),
)
AUDIO_CODECS = (
    *("aac", "mp2", "mp3", "ac3", "eac3", "opus", "vorbis", "flac", "wmav1", "wmav2", "wmapro"),
    *("amr_nb", "amr_wb", "adpcm_ms", "adpcm_ima_wav", "adpcm_swf", "pcm_alaw", "pcm_mulaw"),
    *("pcm_u8", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_f32le"),
)
# Decoders by the names of either build of ffmpeg.
DECODERS = ",".join(
    (
        *(*VIDEO_CODECS, *AUDIO_CODECS, "libdav1d", "libaom-av1", "libvpx", "libvpx-vp9"),
        *("mp1float", "mp2float", "mp3float", "amrnb", "amrwb", "flv", "mpegvideo"),
        *("libopencore_amrnb", "libopencore_amrwb", "libopus", "libvorbis"),
    )
)
MAX_PIXELS = 4096 * 2304
MAX_STREAMS = 16

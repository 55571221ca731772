//! PCM frames: codecs, tones, measuring, WAV.

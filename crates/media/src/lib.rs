//! What happens to voice: ports, playback, DTMF, bridge, recorder; a core without sockets.

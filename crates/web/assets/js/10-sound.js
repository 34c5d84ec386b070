// Four sounds, each with a visual twin: OK, warning, error, repeat. A terminal may be silent (takt-sound = off).
(() => {
  let audio = null;
  const tones = {
    ok: [[880, 0, .09], [1320, .09, .12]],
    warn: [[660, 0, .14], [660, .2, .14]],
    error: [[220, 0, .22], [165, .24, .34]],
    repeat: [[1040, 0, .06], [1040, .1, .06], [1040, .2, .06]],
  };
  const buzz = { ok: 40, warn: [60, 60, 60], error: [200, 80, 200], repeat: [30, 40, 30, 40, 30] };

  Takt.sound = (kind) => {
    document.documentElement.dataset.sound = kind;           // the twin: css flashes the frame
    clearTimeout(Takt._soundTimer);
    Takt._soundTimer = setTimeout(() => { delete document.documentElement.dataset.sound; }, 600);
    if (Takt.keep.get("takt-sound") === "off") return;
    if (navigator.vibrate && navigator.userActivation && navigator.userActivation.hasBeenActive) navigator.vibrate(buzz[kind] || 40);
    try {
      audio = audio || new (window.AudioContext || window.webkitAudioContext)();
      if (audio.state === "suspended") audio.resume();
      const now = audio.currentTime;
      for (const [hz, at, long] of tones[kind] || tones.ok) {
        const tone = audio.createOscillator(), level = audio.createGain();
        tone.type = kind === "error" ? "sawtooth" : "sine";
        tone.frequency.value = hz;
        level.gain.setValueAtTime(.0001, now + at);
        level.gain.exponentialRampToValueAtTime(.25, now + at + .01);
        level.gain.exponentialRampToValueAtTime(.0001, now + at + long);
        tone.connect(level).connect(audio.destination);
        tone.start(now + at);
        tone.stop(now + at + long + .02);
      }
    } catch { /* no sound device: the twin has said it */ }
  };
})();

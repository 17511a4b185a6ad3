/** Keys that the player answers, only while the focus is inside it (pure but for the event). */
export type KeyAction = 'toggle' | 'back' | 'forward' | 'mute' | 'fullscreen' | 'captions' | 'faster' | 'slower';

const KEYS: Readonly<Record<string, KeyAction>> = {
  ' ': 'toggle', k: 'toggle', arrowleft: 'back', arrowright: 'forward', m: 'mute',
  f: 'fullscreen', c: 'captions', '>': 'faster', '<': 'slower',
};

export function keyAction(event: KeyboardEvent): KeyAction | null {
  if (event.ctrlKey || event.altKey || event.metaKey) return null;
  const action = KEYS[event.key.toLowerCase()] ?? null;
  const target = event.target;
  if (!(target instanceof Element)) return action;
  if (target.matches('select, textarea, input:not([type="range"])')) return null;
  // A focused button keeps the space bar for itself.
  if (event.key === ' ' && target.closest('button, a') !== null) return null;
  return action;
}

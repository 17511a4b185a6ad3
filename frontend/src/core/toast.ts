/** A short message in the page's polite live region; it goes by itself after some seconds. */
const SHOWN_MS = 6000;

export function toast(text: string, shownMs: number = SHOWN_MS): void {
  const region = document.querySelector('[data-toasts]');
  if (region === null) return;
  const box = document.createElement('div');
  box.className = 'toast';
  box.textContent = text;
  region.append(box);
  window.setTimeout(() => {
    box.remove();
  }, shownMs);
}

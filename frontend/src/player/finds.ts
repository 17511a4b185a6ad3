/**
 * Stepping through what was found in the transcript. The server marks the lines; here one of them is
 * the current one, brought into sight. Nothing is kept: the lines come and go with their tab.
 */
const HIT = '[data-hit]';

function hits(): HTMLElement[] {
  return Array.from(document.querySelectorAll<HTMLElement>(HIT));
}

/** The place `by` steps on among so many, around the ends; the first one from nowhere. */
export function stepped(place: number, by: number, count: number): number {
  if (count === 0) return -1;
  if (place < 0) return by < 0 ? count - 1 : 0;
  return (place + by + count) % count;
}

export function step(by: number): void {
  const found = hits();
  const place = stepped(found.findIndex((one) => one.classList.contains('is-found')), by, found.length);
  show(found, place);
}

function show(found: readonly HTMLElement[], place: number): void {
  found.forEach((one, number) => {
    one.classList.toggle('is-found', number === place);
  });
  const line = found[place];
  const list = line?.closest<HTMLElement>('[data-lines]') ?? null;
  if (line !== undefined && list !== null) {
    list.scrollTop = line.offsetTop - (list.clientHeight - line.offsetHeight) / 2;
  }
  const told = document.querySelector('[data-find-place]');
  if (told !== null) told.textContent = place < 0 ? '' : `${String(place + 1)} / `;
}

/** After the lines have come: the first found from the second the address names. */
export function begin(): void {
  for (const button of Array.from(document.querySelectorAll<HTMLElement>('[data-find-step]'))) button.hidden = false;
  const found = hits();
  if (found.length === 0 || found.some((one) => one.classList.contains('is-found'))) return;
  const asked = Number(new URLSearchParams(location.search).get('t')) * 1000;
  const place = found.findIndex((one) => Number(one.getAttribute('data-t')) >= asked);
  show(found, Math.max(0, place));
}

export function followFinds(): void {
  document.addEventListener('click', (event) => {
    const button = (event.target as Element).closest<HTMLElement>('[data-find-step]');
    if (button !== null) step(Number(button.dataset['findStep']));
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.target as Element).matches('[data-find]') || hits().length === 0) return;
    event.preventDefault();
    step(event.shiftKey ? -1 : 1);
  });
  document.addEventListener('htmx:after:swap', begin);
  begin();
}

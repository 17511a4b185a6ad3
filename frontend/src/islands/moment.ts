/** <lms-moment>: a question asked beside a video belongs to the second that is being shown. */

const LOOK_MS = 1000;
const NEAR_SECONDS = 20;

export function shownTime(seconds: number): string {
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0'));
  const hours = Math.floor(seconds / 3600);
  return hours > 0 ? `${String(hours)}:${parts.join(':')}` : parts.join(':').replace(/^0/, '');
}

export class LmsMoment extends HTMLElement {
  private timer = 0;
  private at = -1;

  connectedCallback(): void {
    this.timer = window.setInterval(() => {
      this.look();
    }, LOOK_MS);
  }

  disconnectedCallback(): void {
    window.clearInterval(this.timer);
  }

  private look(): void {
    const video = document.querySelector<HTMLVideoElement>('lms-player video');
    const link = this.querySelector('a');
    const at = Math.floor(video?.currentTime ?? 0);
    if (link === null || at < 1 || at === this.at) return;
    this.at = at;
    const address = new URL(link.href);
    address.searchParams.set('at', String(at));
    link.href = address.pathname + address.search;
    const words = Array.from(link.childNodes).find((node) => node.nodeType === Node.TEXT_NODE && node.nodeValue?.trim());
    if (words) words.nodeValue = (this.dataset['words'] ?? '').replace('{time}', shownTime(at));
    for (const mark of Array.from(document.querySelectorAll<HTMLElement>('[data-marks] [data-at]'))) {
      mark.classList.toggle('row--current', Math.abs(Number(mark.dataset['at']) - at) <= NEAR_SECONDS);
    }
  }
}

customElements.define('lms-moment', LmsMoment);

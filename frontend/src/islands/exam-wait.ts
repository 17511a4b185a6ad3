/** <lms-exam-wait>: counts down to the beginning by the server's clock, then lets the button be pressed. */
import { ServerClock, shown } from '../exam/clock';
import { readConfig } from '../exam/config';

export class LmsExamWait extends HTMLElement {
  private timer = 0;

  connectedCallback(): void {
    const clock = new ServerClock((readConfig(this) as { remainingMs: number }).remainingMs);
    const button = this.querySelector('button');
    const left = this.querySelector('[data-left]');
    const tick = (): void => {
      if (left !== null) left.textContent = shown(clock.remainingMs);
      if (button !== null) button.disabled = clock.remainingMs > 0;
      if (clock.remainingMs === 0) window.clearInterval(this.timer);
    };
    this.timer = window.setInterval(tick, 500);
    tick();
  }

  disconnectedCallback(): void {
    window.clearInterval(this.timer);
  }
}

customElements.define('lms-exam-wait', LmsExamWait);

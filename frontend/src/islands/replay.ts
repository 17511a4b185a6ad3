/** <lms-replay>: a class that is over, from the segments that were served or as a lecture. */
import { readConfig } from '../exam/config';
import type { LiveConfig } from '../live/config';
import { SegmentPicture } from '../live/segments';

export class LmsReplay extends HTMLElement {
  private picture: SegmentPicture | null = null;

  connectedCallback(): void {
    const config = readConfig(this) as LiveConfig;
    const video = this.querySelector('video');
    if (video === null || config.replay === undefined || config.replay === '') return;
    video.replaceChildren();
    this.picture = new SegmentPicture(video, config.replay, false, {
      shows: () => {
        this.classList.add('is-ready');
      },
      fresh: async () => {
        try {
          const answer = await fetch(config.address);
          return answer.ok ? (((await answer.json()) as { replay?: string }).replay ?? '') : '';
        } catch {
          return '';
        }
      },
    });
    void this.picture.open();
  }

  disconnectedCallback(): void {
    this.picture?.close();
  }
}

customElements.define('lms-replay', LmsReplay);

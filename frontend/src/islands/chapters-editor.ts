/**
 * <lms-chapters-editor>: lines of times and titles beside the video they belong to. A line is begun
 * at the playing moment, and each line leads to its own; the form itself works without any of this.
 */
import { clock } from '../player/clock';
import { beginLine, readLines } from '../chapters/lines';

export class LmsChaptersEditor extends HTMLElement {
  private video: HTMLVideoElement | null = null;
  private lines: HTMLTextAreaElement | null = null;

  connectedCallback(): void {
    this.video = this.querySelector('[data-video]');
    this.lines = this.querySelector('[data-lines]');
    const { video, lines } = this;
    if (video === null || lines === null) return;
    const tools = this.querySelector<HTMLElement>('[data-tools]');
    if (tools !== null) tools.hidden = false;
    this.querySelector('[data-add]')?.addEventListener('click', () => {
      const { text, caret } = beginLine(lines.value, video.currentTime * 1000);
      lines.value = text;
      lines.focus();
      lines.setSelectionRange(caret, caret);
      this.list();
    });
    video.addEventListener('timeupdate', () => {
      const at = this.querySelector('[data-at]');
      if (at !== null) at.textContent = clock(video.currentTime * 1000);
    });
    lines.addEventListener('input', () => {
      this.list();
    });
    this.list();
  }

  private list(): void {
    const found = readLines(this.lines?.value ?? '');
    const box = this.querySelector<HTMLElement>('[data-jumps-box]');
    if (box !== null) box.hidden = found.length === 0;
    this.querySelector('[data-jumps]')?.replaceChildren(
      ...found.map(({ start, title }) => {
        const row = document.createElement('li');
        const button = document.createElement('button');
        const [at, words] = [document.createElement('span'), document.createElement('span')];
        button.type = 'button';
        at.textContent = clock(start);
        words.textContent = title;
        button.append(at, words);
        button.addEventListener('click', () => {
          if (this.video !== null) this.video.currentTime = start / 1000;
        });
        row.append(button);
        return row;
      }),
    );
  }
}

if (customElements.get('lms-chapters-editor') === undefined) {
  customElements.define('lms-chapters-editor', LmsChaptersEditor);
}

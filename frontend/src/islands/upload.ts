/**
 * <lms-upload>: files go up in resumable pieces (tus), three at once; afterwards the server's work on
 * each is shown. The server writes the markup and all words; this moves them.
 */
import '../styles/upload.css';
import { csrfToken } from '../core/csrf';
import { fill } from '../player/clock';
import { fingerprintOf } from '../upload/checksum';
import { summarise, toBegin } from '../upload/queue';
import { UploadRow, type Surroundings } from '../upload/row';

export class LmsUpload extends HTMLElement {
  private rows: UploadRow[] = [];
  private strings: Record<string, string> = {};
  private readonly goneOnline = (): void => {
    for (const row of this.rows) if (row.waitsForLine) row.resume();
  };
  private readonly leaving = (event: BeforeUnloadEvent): void => {
    if (summarise(this.rows.map((row) => row.state)).canPause) event.preventDefault();
  };

  connectedCallback(): void {
    const words = this.querySelector('script[type="application/json"]');
    this.strings = JSON.parse(words?.textContent ?? '{}') as Record<string, string>;
    const choose = this.piece('[data-choose]') as HTMLInputElement;
    choose.addEventListener('change', () => {
      this.add(choose.files);
      choose.value = ''; // the same file may be chosen again
    });
    this.takeDrops(this.piece('[data-drop]'));
    this.piece('[data-pause-all]').addEventListener('click', () => {
      for (const row of this.rows) if (['waiting', 'checking', 'sending'].includes(row.state)) row.pause();
    });
    this.piece('[data-resume-all]').addEventListener('click', () => {
      for (const row of this.rows) if (row.state === 'paused') row.resume();
    });
    for (const item of this.querySelectorAll<HTMLElement>('[data-open]')) this.offerAgain(item);
    window.addEventListener('online', this.goneOnline);
    window.addEventListener('beforeunload', this.leaving);
  }

  disconnectedCallback(): void {
    window.removeEventListener('online', this.goneOnline);
    window.removeEventListener('beforeunload', this.leaving);
    for (const row of this.rows) row.leave();
  }

  private piece(selector: string): HTMLElement {
    const found = this.querySelector<HTMLElement>(selector);
    if (found === null) throw new Error(`the upload's markup has no ${selector}`);
    return found;
  }

  private takeDrops(box: HTMLElement): void {
    const over = (event: DragEvent): void => {
      event.preventDefault();
      box.dataset['over'] = '';
    };
    box.addEventListener('dragenter', over);
    box.addEventListener('dragover', over);
    box.addEventListener('dragleave', () => {
      delete box.dataset['over'];
    });
    box.addEventListener('drop', (event) => {
      event.preventDefault();
      delete box.dataset['over'];
      this.add(event.dataTransfer?.files ?? null);
    });
  }

  private add(files: FileList | null): void {
    for (const file of files ?? []) this.addRow(file);
  }

  private addRow(file: File, resume: { url: string; title: string } | null = null): void {
    const template = this.piece('template[data-row]') as HTMLTemplateElement;
    const element = (template.content.cloneNode(true) as DocumentFragment).querySelector('li');
    if (element === null) throw new Error("the upload's markup has no row");
    this.piece('[data-rows]').append(element);
    const row = new UploadRow(file, element, this.surroundings(), resume);
    this.rows.push(row);
    this.goOn();
  }

  private surroundings(): Surroundings {
    return {
      strings: this.strings,
      endpoint: this.dataset['endpoint'] ?? '/uploads/',
      statusUrl: this.dataset['statusUrl'] ?? '',
      beforeUrl: this.dataset['beforeUrl'] ?? '',
      titleUrl: this.dataset['titleUrl'] ?? '',
      headers: () => ({ 'X-CSRFToken': this.dataset['csrf'] || csrfToken() }),
      changed: () => {
        this.goOn();
      },
    };
  }

  /** Begin whose turn it is, and say how far all are. */
  private goOn(): void {
    this.rows = this.rows.filter((row) => row.element.isConnected);
    for (const place of toBegin(this.rows.map((row) => row.state))) void this.rows[place]?.begin();
    const sum = summarise(this.rows.map((row) => row.state));
    this.piece('[data-all]').hidden = sum.total < 2;
    const said = fill(this.strings['summary'] ?? '', { ...sum, canPause: '', canResume: '' });
    const box = this.piece('[data-summary]');
    if (box.textContent !== said) box.textContent = said;
    this.piece('[data-pause-all]').hidden = !sum.canPause;
    this.piece('[data-resume-all]').hidden = !sum.canResume;
  }

  /** An upload from before: it goes on once its file has been chosen again. */
  private offerAgain(item: HTMLElement): void {
    const input = item.querySelector<HTMLInputElement>('[data-again-with]');
    const said = item.querySelector<HTMLElement>('[data-said]');
    input?.addEventListener('change', () => {
      const file = input.files?.[0];
      input.value = '';
      if (file === undefined) return;
      void this.isSame(file, item).then((same) => {
        if (same) {
          this.addRow(file, { url: item.dataset['open'] ?? '', title: item.dataset['title'] ?? '' });
          this.forget(item);
        } else if (said !== null) {
          said.dataset['tone'] = 'error';
          said.textContent = fill(this.strings['other_file'] ?? '', {
            name: item.querySelector('.upload__name')?.textContent ?? '',
          });
        }
      });
    });
  }

  private async isSame(file: File, item: HTMLElement): Promise<boolean> {
    if (String(file.size) !== item.dataset['length']) return false;
    const kept = item.dataset['fingerprint'] ?? '';
    try {
      return kept === '' || kept === (await fingerprintOf(file));
    } catch {
      return false;
    }
  }

  private forget(item: HTMLElement): void {
    const list = item.parentElement;
    item.remove();
    if (list?.children.length === 0) this.piece('[data-unfinished]').remove();
  }
}

if (customElements.get('lms-upload') === undefined) customElements.define('lms-upload', LmsUpload);

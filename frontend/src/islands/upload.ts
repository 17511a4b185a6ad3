/**
 * <lms-upload>: a file goes up in resumable pieces (tus); afterwards the server's work on it is shown.
 * The server writes the markup and all words; this moves them.
 */
import '../styles/upload.css';
import { Upload } from 'tus-js-client';
import { csrfToken } from '../core/csrf';
import { fill } from '../player/clock';
import { describeJob, megabytes, reasonOf, uploadId, type JobStatus } from '../upload/job';

const CHUNK_BYTES = 8 * 1024 * 1024;
const POLL_MS = 2000;

export class LmsUpload extends HTMLElement {
  private upload: Upload | null = null;
  private strings: Record<string, string> = {};
  private poll = 0;
  private paused = false;

  connectedCallback(): void {
    const words = this.querySelector('script[type="application/json"]');
    this.strings = JSON.parse(words?.textContent ?? '{}') as Record<string, string>;
    this.piece('input[type="file"]').addEventListener('change', (event) => {
      const file = (event.target as HTMLInputElement).files?.[0];
      if (file !== undefined) void this.begin(file);
    });
    this.piece('[data-pause]').addEventListener('click', () => {
      this.togglePause();
    });
    this.piece('[data-again]').addEventListener('click', () => {
      void this.again();
    });
    const known = this.dataset['uploadId'];
    if (known !== undefined && known !== '') this.watch(known);
  }

  disconnectedCallback(): void {
    window.clearTimeout(this.poll);
    void this.upload?.abort();
  }

  private piece(selector: string): HTMLElement {
    const found = this.querySelector<HTMLElement>(selector);
    if (found === null) throw new Error(`the upload's markup has no ${selector}`);
    return found;
  }

  private text(key: string, values: Record<string, string | number> = {}): string {
    return fill(this.strings[key] ?? '', values);
  }

  private headers(): Record<string, string> {
    return { 'X-CSRFToken': this.dataset['csrf'] || csrfToken() };
  }

  private async begin(file: File): Promise<void> {
    window.clearTimeout(this.poll);
    if (file.size === 0) {
      this.say(this.text('empty'), 'error');
      return;
    }
    const upload = new Upload(file, {
      endpoint: this.dataset['endpoint'] ?? '/uploads/',
      chunkSize: CHUNK_BYTES,
      retryDelays: [0, 1000, 3000, 5000, 10_000, 20_000],
      removeFingerprintOnSuccess: true,
      metadata: {
        filename: file.name,
        filetype: file.type,
        internal: document.querySelector<HTMLInputElement>('[data-upload-internal]')?.checked === true ? '1' : '0',
      },
      headers: this.headers(),
      onProgress: (sent, total) => {
        this.bar((sent / total) * 100);
        this.say(this.text('sending', { name: file.name, sent: megabytes(sent), total: megabytes(total) }));
      },
      onError: (error) => {
        const answer = 'originalResponse' in error ? error.originalResponse : null;
        this.say(reasonOf(answer?.getBody() ?? '') || this.text('interrupted'), 'error');
        this.offer('again', true);
        this.offer('pause', false);
      },
      onSuccess: () => {
        this.bar(100);
        this.offer('pause', false);
        const id = uploadId(upload.url ?? '');
        this.dataset['uploadId'] = id;
        this.dispatchEvent(new CustomEvent('lms:uploaded', { bubbles: true, detail: { id, name: file.name } }));
        this.watch(id);
      },
    });
    this.upload = upload;
    const earlier = await upload.findPreviousUploads();
    const last = earlier[0];
    if (last !== undefined) upload.resumeFromPreviousUpload(last);
    this.paused = false;
    this.offer('again', false);
    this.offer('pause', true);
    this.piece('[data-progress]').hidden = false;
    upload.start();
  }

  private togglePause(): void {
    if (this.upload === null) return;
    this.paused = !this.paused;
    this.piece('[data-pause]').textContent = this.text(this.paused ? 'resume' : 'pause');
    if (this.paused) void this.upload.abort();
    else this.upload.start();
    if (this.paused) this.say(this.text('paused'));
  }

  /** Go on with a broken upload, or ask the server to try its work again. */
  private async again(): Promise<void> {
    const address = this.piece('[data-again]').dataset['url'] ?? '';
    this.offer('again', false);
    if (address === '') {
      this.upload?.start();
      this.offer('pause', true);
      return;
    }
    await fetch(address, { method: 'POST', credentials: 'same-origin', headers: this.headers() });
    this.watch(this.dataset['uploadId'] ?? '');
  }

  /** Ask every two seconds how far the server is, until it is done or gave up. */
  private watch(id: string): void {
    const pattern = this.dataset['statusUrl'] ?? '';
    if (pattern === '' || id === '') {
      this.say(this.text('sent'), 'ok');
      return;
    }
    const ask = async (): Promise<void> => {
      try {
        const response = await fetch(pattern.replace('{id}', encodeURIComponent(id)), {
          credentials: 'same-origin',
          headers: { Accept: 'application/json' },
        });
        if (response.ok && this.shown((await response.json()) as JobStatus)) return;
      } catch {
        // The line is down for a moment: the next question may get through.
      }
      this.poll = window.setTimeout(() => {
        void ask();
      }, POLL_MS);
    };
    this.piece('[data-progress]').hidden = false;
    void ask();
  }

  /** Show the server's answer; true when nothing more will come. */
  private shown(status: JobStatus): boolean {
    const job = describeJob(status);
    this.bar(job.percent);
    this.say(status.message, job.tone);
    const again = this.piece('[data-again]');
    again.dataset['url'] = status.retry_url ?? '';
    this.offer('again', job.retryable);
    if (job.finished) this.dispatchEvent(new CustomEvent('lms:processed', { bubbles: true, detail: status }));
    return job.finished;
  }

  private bar(percent: number): void {
    this.piece('progress').setAttribute('value', String(Math.round(percent)));
    this.piece('[data-percent]').textContent = `${String(Math.round(percent))}%`;
  }

  private say(text: string, tone: '' | 'ok' | 'error' = ''): void {
    const box = this.piece('[data-said]');
    if (box.textContent !== text) box.textContent = text;
    box.dataset['tone'] = tone;
  }

  private offer(action: 'again' | 'pause', shown: boolean): void {
    this.piece(`[data-${action}]`).hidden = !shown;
  }
}

if (customElements.get('lms-upload') === undefined) customElements.define('lms-upload', LmsUpload);

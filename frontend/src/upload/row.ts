/** One file of the upload element: its row on the page and its way to the server. */
import { Upload, type DetailedError } from 'tus-js-client';
import { fill } from '../player/clock';
import { askBefore, type Known } from './before';
import { CheckedSource, fingerprintOf } from './checksum';
import { describeJob, reasonOf, uploadId, type JobStatus } from './job';
import type { RowState } from './queue';
import { Meter, figures, pieceBytes } from './rate';

const POLL_MS = 2000;
const RETRY_MS = [0, 1000, 3000, 5000, 10_000, 20_000, 30_000];
const CHECKSUM_MISMATCH = 460;

/** What a row needs of the element it stands in. */
export interface Surroundings {
  strings: Record<string, string>;
  endpoint: string;
  statusUrl: string;
  beforeUrl: string;
  titleUrl: string;
  headers: () => Record<string, string>;
  changed: () => void;
}

function piece(within: Element, selector: string): HTMLElement {
  const found = within.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`the upload's markup has no ${selector}`);
  return found;
}

export class UploadRow {
  state: RowState = 'waiting';
  /** Broke off for want of a line: goes on by itself when there is one. */
  waitsForLine = false;
  private upload: Upload | null = null;
  private readonly meter = new Meter();
  private poll = 0;
  private retryUrl = '';
  private anyway = false;
  private resumeUrl = '';
  private fingerprint = '';
  /** The server makes a place for it, whose address is not known here yet. */
  private placing = false;
  private cancelled = false;

  constructor(
    readonly file: File,
    readonly element: HTMLElement,
    private readonly around: Surroundings,
    resume: { url: string; title: string } | null = null,
  ) {
    piece(element, '[data-name]').textContent = file.name;
    this.title.value = resume?.title ?? file.name.replace(/\.[^.]*$/, '');
    this.resumeUrl = resume?.url ?? '';
    this.title.addEventListener('change', () => {
      void this.saveTitle();
    });
    this.on('pause', () => {
      this.pause();
    });
    this.on('resume', () => {
      this.resume();
    });
    this.on('anyway', () => {
      this.anyway = true;
      this.become('waiting', 'waiting');
    });
    this.on('again', () => {
      void this.again();
    });
    this.on('cancel', () => {
      void this.cancel();
    });
    if (file.size === 0) this.fail(this.text('empty'), { final: true });
    else this.become('waiting', 'waiting');
  }

  // --- What the element does with it ---

  /** Ask what the server knows of the file, then send it. */
  async begin(): Promise<void> {
    this.become('checking', 'checking');
    try {
      this.fingerprint = await fingerprintOf(this.file);
    } catch {
      this.fail(this.text('unreadable'), { final: true });
      return;
    }
    const before = this.resumeUrl === '' ? await askBefore(this.around.beforeUrl, this.file, this.fingerprint) : null;
    if (this.state !== 'checking') return; // paused or cancelled meanwhile
    if (before?.refusal) {
      this.fail(before.refusal);
      return;
    }
    if (before?.resume) {
      this.resumeUrl = before.resume.url;
      this.title.value = before.resume.title;
    }
    if (before?.known && !this.anyway) {
      this.hint(this.text('known', { title: before.known.title }), before.known, this.text('look'));
      this.become('asking', '');
      return;
    }
    this.send();
  }

  pause(): void {
    // A place asked for and not heard of would be nobody's: it is stopped once its address is known.
    if (!this.placing) void this.upload?.abort();
    this.meter.reset();
    this.become('paused', 'paused');
  }

  resume(): void {
    this.become('waiting', 'waiting');
  }

  /** The page goes away: nothing more is sent from it. */
  leave(): void {
    window.clearTimeout(this.poll);
    void this.upload?.abort();
  }

  // --- Sending ---

  private send(): void {
    this.become('sending', this.resumeUrl === '' ? 'begun' : 'resumed');
    this.piece('[data-hint]').hidden = true;
    if (this.upload !== null) {
      if (this.placing) return;
      if (this.upload.url === null) this.place(this.upload);
      this.upload.start();
      return;
    }
    const source = new CheckedSource(this.file);
    this.upload = new Upload(this.file, {
      endpoint: this.around.endpoint,
      chunkSize: pieceBytes(0),
      retryDelays: RETRY_MS,
      storeFingerprintForResuming: false, // the server knows what is not whole yet
      metadata: {
        filename: this.file.name,
        filetype: this.file.type,
        title: this.title.value,
        fingerprint: this.fingerprint,
        internal: document.querySelector<HTMLInputElement>('[data-upload-internal]')?.checked === true ? '1' : '0',
      },
      headers: this.around.headers(),
      fileReader: { openFile: () => Promise.resolve(source) },
      onUploadUrlAvailable: () => {
        this.placing = false;
        if (this.state !== 'sending') void this.upload?.abort(this.cancelled);
      },
      onBeforeRequest: (request) => {
        if (request.getMethod() === 'PATCH' && source.checksum !== '') {
          request.setHeader('Upload-Checksum', source.checksum);
        }
      },
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        if (status === 507 || !navigator.onLine) return false;
        return status < 400 || status >= 500 || [409, 423, CHECKSUM_MISMATCH].includes(status);
      },
      onProgress: (sent, total) => {
        this.progressed(sent, total);
      },
      onError: (error) => {
        this.broke(error);
      },
      onSuccess: () => {
        this.arrived();
      },
    });
    this.place(this.upload);
    this.upload.start();
  }

  /** Whatever begins goes on with the place the server has for it, if there is one. */
  private place(upload: Upload): void {
    upload.options.uploadUrl = this.resumeUrl || null;
    this.placing = this.resumeUrl === '';
  }

  private progressed(sent: number, total: number): void {
    if (this.state !== 'sending') return;
    this.meter.add(performance.now(), sent);
    const speed = this.meter.speed;
    if (this.upload !== null) this.upload.options.chunkSize = pieceBytes(speed);
    this.bar((sent / total) * 100);
    this.piece('[data-figures]').textContent = figures(sent, total, speed, this.around.strings);
  }

  private broke(error: Error | DetailedError): void {
    this.placing = false;
    const answer = 'originalResponse' in error ? error.originalResponse : null;
    const body = answer?.getBody() ?? '';
    // A request sent on to the sign-in page ends well, with a page where none was asked for.
    const signedOut = answer?.getStatus() === 200 && body.includes('<html');
    this.waitsForLine = answer === null && 'originalRequest' in error;
    if ('originalRequest' in error) {
      this.fail(signedOut ? this.text('signed_out') : reasonOf(body) || this.text('interrupted'));
    } else {
      this.fail(this.text('unreadable'));
    }
  }

  private arrived(): void {
    this.bar(100);
    this.piece('[data-figures]').textContent = figures(this.file.size, this.file.size, 0, this.around.strings);
    this.become('sent', 'sent');
    this.element.dispatchEvent(
      new CustomEvent('lms:uploaded', { bubbles: true, detail: { id: this.id, name: this.file.name } }),
    );
    this.watch();
  }

  private get id(): string {
    return uploadId(this.upload?.url ?? this.resumeUrl);
  }

  // --- The server's work on it ---

  private watch(): void {
    if (this.around.statusUrl === '') {
      this.become('over', 'sent');
      return;
    }
    const ask = async (): Promise<void> => {
      try {
        const answer = await fetch(this.address(this.around.statusUrl), {
          credentials: 'same-origin',
          headers: { Accept: 'application/json' },
        });
        if (answer.ok && this.shown((await answer.json()) as JobStatus)) return;
      } catch {
        // The line is down for a moment: the next question may get through.
      }
      this.poll = window.setTimeout(() => {
        void ask();
      }, POLL_MS);
    };
    void ask();
  }

  /** Show the server's answer; true when nothing more will come. */
  private shown(status: JobStatus): boolean {
    const job = describeJob(status);
    // What came before was the sending: from here on it is the work.
    if (status.state === 'running' || job.finished) this.bar(job.percent);
    this.say(status.message, job.tone);
    this.retryUrl = status.retry_url ?? '';
    this.offer('again', job.retryable);
    if (status.same_as) {
      this.hint(this.text('same', { title: status.same_as.title }), status.same_as, this.text('use_that'));
    }
    const lecture = this.piece('[data-lecture]') as HTMLAnchorElement;
    lecture.href = this.address(this.around.statusUrl).replace(/status\/$/, '');
    lecture.hidden = false;
    if (job.finished) {
      this.state = 'over';
      this.element.dispatchEvent(new CustomEvent('lms:processed', { bubbles: true, detail: status }));
      this.around.changed();
    }
    return job.finished;
  }

  /** Go on with a broken upload, or ask the server to try its work again. */
  private async again(): Promise<void> {
    if (this.retryUrl === '') {
      this.become('waiting', 'waiting');
      return;
    }
    this.offer('again', false);
    await fetch(this.retryUrl, { method: 'POST', credentials: 'same-origin', headers: this.around.headers() });
    this.retryUrl = '';
    this.become('sent', '');
    this.watch();
  }

  private async cancel(): Promise<void> {
    window.clearTimeout(this.poll);
    const begun = this.state !== 'sent' && this.state !== 'over';
    this.cancelled = true;
    this.become('over', 'cancelled');
    if (begun && !this.placing) {
      try {
        if (this.upload !== null) await this.upload.abort(true);
        else if (this.resumeUrl !== '') await Upload.terminate(this.resumeUrl, { headers: this.around.headers() });
      } catch {
        // The server gives it up by itself when nobody comes back for it.
      }
    }
    this.element.remove();
    this.around.changed();
  }

  private async saveTitle(): Promise<void> {
    if (this.upload?.url == null || this.around.titleUrl === '') {
      if (this.upload !== null) this.upload.options.metadata = { ...this.upload.options.metadata, title: this.title.value };
      return;
    }
    const body = new FormData();
    body.set('title', this.title.value);
    try {
      const answer = await fetch(this.address(this.around.titleUrl), {
        method: 'POST',
        body,
        credentials: 'same-origin',
        headers: { ...this.around.headers(), Accept: 'application/json' },
      });
      const said = (await answer.json()) as { title?: string };
      if (said.title !== undefined) this.title.value = said.title;
      this.say(answer.ok ? this.text('title_kept') : this.text('title_lost'), answer.ok ? '' : 'error');
    } catch {
      this.say(this.text('title_lost'), 'error');
    }
  }

  // --- The row ---

  private become(state: RowState, word: string): void {
    this.state = state;
    this.element.dataset['state'] = state;
    if (state !== 'failed') this.waitsForLine = false;
    if (word !== '') this.say(this.text(word), '');
    else if (state === 'asking') this.say('', '');
    this.offer('pause', state === 'waiting' || state === 'checking' || state === 'sending');
    this.offer('resume', state === 'paused');
    this.offer('anyway', state === 'asking');
    this.offer('again', false);
    this.offer('cancel', state !== 'sent' && state !== 'over');
    this.around.changed();
  }

  private fail(words: string, { final = false } = {}): void {
    this.meter.reset();
    const waits = this.waitsForLine;
    this.become('failed', '');
    this.waitsForLine = waits;
    this.say(words, 'error');
    this.offer('again', !final);
  }

  private hint(words: string, known: Known, label: string): void {
    this.piece('[data-hint-text]').textContent = words;
    const link = this.piece('[data-hint-link]') as HTMLAnchorElement;
    link.textContent = label;
    link.href = known.url;
    this.piece('[data-hint]').hidden = false;
  }

  private bar(percent: number): void {
    this.piece('progress').setAttribute('value', String(Math.floor(percent)));
    this.piece('[data-percent]').textContent = `${String(Math.floor(percent))}%`;
  }

  private say(text: string, tone: '' | 'ok' | 'error'): void {
    const box = this.piece('[data-said]');
    if (box.textContent !== text) box.textContent = text;
    box.dataset['tone'] = tone;
  }

  private offer(action: string, shown: boolean): void {
    this.piece(`[data-${action}]`).hidden = !shown;
  }

  private on(action: string, act: () => void): void {
    this.piece(`[data-${action}]`).addEventListener('click', act);
  }

  private get title(): HTMLInputElement {
    return this.piece('[data-title-field]') as HTMLInputElement;
  }

  private piece(selector: string): HTMLElement {
    return piece(this.element, selector);
  }

  private address(pattern: string): string {
    return pattern.replace('{id}', encodeURIComponent(this.id));
  }

  private text(key: string, values: Record<string, string | number> = {}): string {
    return fill(this.around.strings[key] ?? '', values);
  }
}

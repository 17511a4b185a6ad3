/**
 * <lms-exam>: the form of a sitting that saves by itself, shows one question at a time, survives a
 * cut line and hands in. The clock and the rules are the server's; what is here is a courtesy.
 */
import { ExamApi, ownTab } from '../exam/api';
import { ServerClock, shown, warningBetween } from '../exam/clock';
import { fill, readConfig, type ExamConfig, type KeptAnswer, type SaveAnswer } from '../exam/config';
import { Drafts, openStorage, type Draft } from '../exam/drafts';
import { QuestionField } from '../exam/questions';
import { isEmpty, RETRY_MS, Saver } from '../exam/saver';

const ASK_TIME_MS = 20_000;

export class LmsExam extends HTMLElement {
  private config!: ExamConfig;
  private form!: HTMLFormElement;
  private clock!: ServerClock;
  private drafts!: Drafts;
  private saver!: Saver;
  private questions: QuestionField[] = [];
  private current = 1;
  private api!: ExamApi;
  private lastLookMs = 0;
  private submitting = false;
  private done = false;
  private timers: number[] = [];

  connectedCallback(): void {
    const form = this.querySelector('form');
    if (form === null || this.classList.contains('is-ready')) return;
    this.form = form;
    this.config = readConfig(this) as ExamConfig;
    this.clock = new ServerClock(this.config.remainingMs);
    this.lastLookMs = this.config.remainingMs + 1;
    this.api = new ExamApi(this.config, ownTab(this.config.attempt), () => {
      this.notice(this.text('signed_out'), this.api.signInUrl);
    });
    this.drafts = new Drafts(this.config.attempt, openStorage());
    this.questions = Array.from(form.querySelectorAll<HTMLFieldSetElement>('[data-question]')).map(
      (element) => new QuestionField(element),
    );
    this.saver = new Saver(this.drafts, this.api.save, {
      saving: () => {
        this.status(this.text('saving'));
      },
      saved: (answer) => {
        this.savedNow(answer);
      },
      offline: (waiting) => {
        this.offline(waiting);
      },
      revised: (position, revision) => {
        const question = this.question(position);
        if (question !== undefined) question.revision.value = String(revision);
      },
      conflict: (kept, mine) => {
        this.conflict(kept, mine);
      },
      unreadable: (position) => {
        this.question(position)?.say(fill(this.text('unreadable'), { number: position }));
      },
      elsewhere: () => {
        this.elsewhere();
      },
      lost: () => {
        void this.askState();
      },
      over: () => {
        this.leave(`${this.config.pageUrl}receipt/`);
      },
      refused: (message) => {
        this.notice(message);
      },
    });
    // The answer to "start" is this page: a reload asks for the sitting, not for another start.
    history.replaceState(null, '', this.config.pageUrl + location.hash);
    this.restore();
    this.bind();
    this.classList.add('is-ready');
    this.show(Number(/^#q(\d+)$/.exec(location.hash)?.[1] ?? this.questions[0]?.position ?? 1), false);
    this.tick();
    this.timers = [
      window.setInterval(() => {
        this.tick();
      }, 500),
      window.setInterval(() => {
        if (!this.submitting) void this.saver.flush();
      }, ASK_TIME_MS),
    ];
    if (this.config.tab !== '' && this.config.tab !== this.api.tab) {
      this.saver.stop();
      this.elsewhere();
    } else if (this.saver.waiting > 0) this.saver.plan(0);
  }

  disconnectedCallback(): void {
    for (const timer of this.timers) window.clearInterval(timer);
    this.saver.stop();
  }

  private text(key: string): string {
    return this.config.strings[key] ?? '';
  }

  private piece(name: string): HTMLElement | null {
    return this.querySelector<HTMLElement>(`[data-${name}]`);
  }

  private question(position: number): QuestionField | undefined {
    return this.questions.find((question) => question.position === position);
  }

  // --- What was kept here -----------------------------------------------------------------------

  /** Answers an earlier visit could not send: shown and sent, unless the server has newer ones. */
  private restore(): void {
    for (const question of this.questions) {
      const revision = Number(question.revision.value);
      this.saver.know(question.position, revision);
      const draft = this.drafts.get(question.position);
      if (draft === undefined) continue;
      if (draft.seen === revision) {
        question.write(draft.sent);
        question.flag.checked = draft.flagged;
      } else {
        this.drafts.remove(question.position);
        const answer = question.read();
        if (JSON.stringify(answer) !== JSON.stringify(draft.sent)) {
          this.conflict({ position: question.position, revision, answer, flagged: question.flag.checked }, draft);
        }
      }
    }
    this.paintAll();
  }

  private conflict(kept: KeptAnswer, mine: Draft): void {
    const question = this.question(kept.position);
    if (question === undefined) return;
    question.write(kept.answer);
    question.flag.checked = kept.flagged;
    question.say(this.text('changed'), {
      label: this.text('use_mine'),
      press: () => {
        question.write(mine.sent);
        question.say('');
        this.saver.insist(mine);
        this.paint(question);
      },
    });
    this.paint(question);
  }

  /** The server's word on everything: after a ticket ran out, a page came back, a tab took over. */
  private async askState(): Promise<void> {
    const state = await this.api.state();
    if (state === null) {
      this.saver.plan(RETRY_MS);
      return;
    }
    if (!state.open) {
      if (state.url !== undefined) this.leave(state.url);
      else this.notice(state.error ?? '');
      return;
    }
    this.config.ticket = state.ticket;
    this.clock.set(state.remainingMs);
    for (const kept of state.answers) {
      const question = this.question(kept.position);
      if (question === undefined) continue;
      question.revision.value = String(kept.revision);
      this.saver.know(kept.position, kept.revision);
      if (this.drafts.get(kept.position) === undefined) {
        question.write(kept.answer);
        question.flag.checked = kept.flagged;
      }
    }
    this.paintAll();
    this.saver.resume();
  }

  // --- What is said -----------------------------------------------------------------------------

  private status(words: string): void {
    const saved = this.piece('saved');
    if (saved !== null) saved.textContent = words;
  }

  private say(words: string): void {
    const region = this.piece('say');
    if (region !== null) region.textContent = words;
  }

  private notice(words: string, address = ''): void {
    const banner = this.piece('offline');
    const text = this.piece('offline-text');
    if (banner === null || text === null) return;
    text.replaceChildren(words);
    if (address !== '') {
      const link = document.createElement('a');
      link.href = address;
      link.textContent = address;
      text.append(' ', link);
    }
    banner.hidden = words === '';
    if (words !== '') this.say(words);
  }

  private savedNow(answer: SaveAnswer): void {
    this.notice('');
    this.status(fill(this.text('saved'), { time: answer.savedAt }));
    const movedMs = this.clock.set(answer.remainingMs);
    if (movedMs > 30_000) {
      const minutes = Math.ceil(this.clock.remainingMs / 60_000);
      this.say(fill(this.text('more_time'), { count: minutes }));
      this.status(fill(this.text('more_time'), { count: minutes }));
    }
  }

  private offline(waiting: number): void {
    this.status(fill(this.text('kept_here'), { count: waiting }));
    this.notice(this.submitting ? this.text('submit_waits') : fill(this.text('offline'), { count: waiting }));
  }

  private tick(): void {
    const remainingMs = this.clock.remainingMs;
    const clock = this.piece('clock');
    if (clock !== null) clock.textContent = shown(remainingMs);
    this.piece('timer')?.classList.toggle('is-short', remainingMs <= 5 * 60_000);
    const minutes = warningBetween(this.lastLookMs, remainingMs);
    if (minutes > 0) this.say(fill(this.text('minutes_left'), { count: minutes }));
    this.lastLookMs = remainingMs;
    if (remainingMs === 0 && !this.submitting) {
      this.say(this.text('time_up'));
      void this.submit();
    }
  }

  // --- The form ---------------------------------------------------------------------------------

  private bind(): void {
    const changed = (event: Event): void => {
      const element = (event.target as Element).closest<HTMLElement>('[data-question]');
      const question = element === null ? undefined : this.question(Number(element.dataset['question']));
      if (question !== undefined) this.changed(question);
    };
    this.form.addEventListener('input', changed);
    this.form.addEventListener('change', changed);
    this.form.addEventListener('click', (event) => {
      this.pressed(event);
    });
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
    });
    document.addEventListener('keydown', (event) => {
      if (!event.altKey || this.config.forward) return;
      if (event.code === 'KeyN') this.show(this.current + 1);
      if (event.code === 'KeyP') this.show(this.current - 1);
    });
    window.addEventListener('offline', () => {
      this.offline(this.saver.waiting);
    });
    window.addEventListener('online', () => {
      void this.saver.flush();
    });
    window.addEventListener('pageshow', (event) => {
      if (event.persisted) void this.askState();
    });
    window.addEventListener('pagehide', () => {
      if (!this.done) void this.saver.flush(true);
    });
    document.addEventListener('visibilitychange', () => {
      const hidden = document.visibilityState === 'hidden';
      if (this.done) return;
      if (this.config.watched) this.saver.note(hidden ? 'left' : 'returned');
      void this.saver.flush(hidden);
    });
    this.piece('confirm-no')?.addEventListener('click', () => {
      this.open('confirm', false);
    });
    this.piece('confirm-yes')?.addEventListener('click', () => {
      this.open('confirm', false);
      void this.submit();
    });
    this.piece('elsewhere-yes')?.addEventListener('click', () => {
      void this.takeOver();
    });
  }

  private changed(question: QuestionField): void {
    question.say('');
    this.saver.change(question.position, question.read(), question.flag.checked);
    this.paint(question);
  }

  private pressed(event: Event): void {
    const pressed = (event.target as Element).closest<HTMLElement>('button[name], [data-go]');
    if (pressed === null) return;
    event.preventDefault();
    if (pressed instanceof HTMLButtonElement && pressed.name === 'clear') {
      const question = this.question(Number(pressed.value));
      question?.write({});
      if (question !== undefined) this.changed(question);
      return;
    }
    const go = pressed instanceof HTMLButtonElement ? pressed.value : (pressed.dataset['go'] ?? '');
    if (go === 'submit') this.ask();
    else if (go === 'next') void this.moveOn();
    else this.show(Number(go));
  }

  private show(position: number, focus = true): void {
    const question = this.question(position);
    if (question === undefined) return;
    this.current = position;
    for (const one of this.questions) one.element.classList.toggle('is-current', one === question);
    for (const link of Array.from(this.querySelectorAll<HTMLElement>('[data-go]'))) {
      if (Number(link.dataset['go']) === position) link.setAttribute('aria-current', 'step');
      else link.removeAttribute('aria-current');
    }
    if (!focus) return;
    history.replaceState(null, '', `${this.config.pageUrl}#q${String(position)}`);
    question.element.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }

  private paintAll(): void {
    for (const question of this.questions) this.paint(question);
  }

  private paint(question: QuestionField): void {
    const number = question.position;
    const answered = !isEmpty(question.read());
    const flagged = question.flag.checked;
    const link = this.querySelector(`[data-go="${String(number)}"]`);
    link?.classList.toggle('is-answered', answered);
    link?.classList.toggle('is-flagged', flagged);
    const label = this.text(answered ? 'answered_label' : 'unanswered_label');
    link?.setAttribute('aria-label', fill(flagged ? this.text('flagged_label') : label, { number }));
    const counts = this.piece('counts');
    if (counts !== null) counts.textContent = this.summary();
  }

  private summary(): string {
    const unanswered = this.questions.filter((one) => isEmpty(one.read())).length;
    const flagged = this.questions.filter((one) => one.flag.checked).length;
    const words = unanswered === 0 ? this.text('all_answered') : fill(this.text('unanswered'), { count: unanswered });
    return flagged === 0 ? words : `${words} ${fill(this.text('flagged'), { count: flagged })}`;
  }

  /** Where nobody goes back, the next question is the next page: not before this one is saved. */
  private async moveOn(): Promise<void> {
    if (!(await this.saver.flush()) || this.saver.waiting > 0) return;
    const go = document.createElement('input');
    go.type = 'hidden';
    go.name = 'go';
    go.value = 'next';
    this.form.append(go);
    this.done = true;
    this.form.submit();
  }

  // --- Another tab, handing in --------------------------------------------------------------------

  private open(name: string, isOpen: boolean): void {
    const dialog = this.piece(name);
    if (dialog === null) return;
    dialog.hidden = !isOpen;
    if (isOpen) dialog.querySelector<HTMLElement>('[tabindex]')?.focus();
  }

  private elsewhere(): void {
    this.open('elsewhere', true);
  }

  private async takeOver(): Promise<void> {
    if (!(await this.api.takeOver())) return;
    this.open('elsewhere', false);
    await this.askState();
  }

  private ask(): void {
    const text = this.piece('confirm-text');
    if (text !== null) text.textContent = this.config.forward ? '' : this.summary();
    this.open('confirm', true);
  }

  /** Hand in; while nothing can be reached, again and again. */
  private async submit(): Promise<void> {
    if (this.submitting) return;
    this.submitting = true;
    this.status(this.text('submitting'));
    await this.saver.flush();
    if (this.done) return;
    const answer = await this.api.submit(this.drafts.all, () => this.askState());
    if (answer?.url !== undefined) {
      this.drafts.clear();
      this.leave(answer.url);
    } else if (answer === null) {
      this.offline(this.saver.waiting);
      window.setTimeout(() => {
        this.submitting = false;
        void this.submit();
      }, RETRY_MS);
    } else {
      this.notice(answer.error ?? '');
      await this.saver.flush();
      // After the end it is tried again, but not with every look at the clock.
      window.setTimeout(() => {
        this.submitting = false;
      }, this.clock.remainingMs > 0 ? 0 : RETRY_MS);
    }
  }

  private leave(address: string): void {
    this.done = true;
    this.saver.stop();
    location.assign(address);
  }
}

customElements.define('lms-exam', LmsExam);

/**
 * <lms-push>: turns push on and off in this browser. Nothing is asked of the browser's push service
 * before somebody presses the button, and no press waits without an end.
 */
import { csrfToken } from '../core/csrf';

interface Config {
  key: string;
  worker: string;
  scope: string;
  ask: string;
  texts: Record<'old' | 'insecure' | 'denied' | 'far' | 'failed' | 'working' | 'stopping', string>;
}

const PATIENCE_MS = 20_000;

class ToldError extends Error {}

/** The bytes of base64url, as the browser wants the school's key. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  const bytes = new Uint8Array(new ArrayBuffer(plain.length));
  for (let place = 0; place < plain.length; place += 1) bytes[place] = plain.charCodeAt(place);
  return bytes;
}

/** The answer, or an error once nobody waits any more. */
export function within<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((done, failed) => {
    const timer = window.setTimeout(() => {
      failed(new Error('no answer'));
    }, ms);
    work.then(done, failed).finally(() => {
      window.clearTimeout(timer);
    });
  });
}

export class LmsPush extends HTMLElement {
  private config!: Config;

  connectedCallback(): void {
    const said = document.getElementById(this.dataset['config'] ?? '')?.textContent;
    if (!said) return;
    this.config = JSON.parse(said) as Config;
    const { texts } = this.config;
    if (!window.isSecureContext) {
      this.say(texts.insecure);
    } else if (!('serviceWorker' in navigator) || !('PushManager' in window) || !('Notification' in window)) {
      this.say(texts.old);
    } else {
      this.button('on')?.addEventListener('click', () => void this.turn(() => this.turnOn(), texts.working));
      this.button('off')?.addEventListener('click', () => void this.turn(() => this.turnOff(), texts.stopping));
      void this.look();
    }
  }

  /** Which button: what the school knows and what the browser has must be one. */
  private async look(): Promise<void> {
    const here = await this.subscription();
    const known = this.dataset['here'] !== undefined;
    // Taken off the list elsewhere: the browser forgets it too.
    if (here !== null && !known) await here.unsubscribe().catch(() => false);
    const isOn = here !== null && known;
    this.show(isOn ? 'off' : 'on');
  }

  private async subscription(): Promise<PushSubscription | null> {
    try {
      const found = await navigator.serviceWorker.getRegistration(this.config.scope);
      return (await found?.pushManager.getSubscription()) ?? null;
    } catch {
      return null;
    }
  }

  private async turn(what: () => Promise<void>, words: string): Promise<void> {
    const buttons = [...this.querySelectorAll<HTMLButtonElement>('[data-turn]')];
    this.say(words);
    buttons.forEach((each) => {
      each.disabled = true;
    });
    try {
      await what();
      location.reload();
    } catch (error) {
      this.say(error instanceof ToldError ? error.message : this.config.texts.failed);
    }
    buttons.forEach((each) => {
      each.disabled = false;
    });
  }

  private async turnOn(): Promise<void> {
    const { texts, worker, scope, key, ask } = this.config;
    if ((await Notification.requestPermission()) !== 'granted') throw new ToldError(texts.denied);
    const asked = await within(this.subscribed(worker, scope, key), PATIENCE_MS).catch(() => {
      throw new ToldError(texts.far);
    });
    const answer = await within(this.post(ask, JSON.stringify(asked)), PATIENCE_MS);
    if (answer.ok) return;
    await asked.unsubscribe().catch(() => false);
    const { why } = (await answer.json().catch(() => ({}))) as { why?: string };
    throw new ToldError(why ?? texts.failed);
  }

  private async subscribed(worker: string, scope: string, key: string): Promise<PushSubscription> {
    const registration = await navigator.serviceWorker.register(worker, { scope });
    await active(registration);
    // One made with an earlier key of the school's is of no use.
    await (await registration.pushManager.getSubscription())?.unsubscribe();
    return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) });
  }

  private async turnOff(): Promise<void> {
    await (await this.subscription())?.unsubscribe();
    const answer = await within(this.post(`${this.config.ask}${this.dataset['here'] ?? ''}/remove/`, ''), PATIENCE_MS);
    if (!answer.ok && answer.status !== 404) throw new Error(String(answer.status));
  }

  private post(address: string, body: string): Promise<Response> {
    const headers = { 'Content-Type': 'application/json', 'X-CSRFToken': csrfToken() };
    return fetch(address, { method: 'POST', headers, body });
  }

  private button(turn: 'on' | 'off'): HTMLButtonElement | null {
    return this.querySelector(`[data-turn="${turn}"]`);
  }

  private show(turn: 'on' | 'off'): void {
    this.button(turn)?.removeAttribute('hidden');
  }

  private say(words: string): void {
    const status = this.querySelector('[data-status]');
    if (status !== null) status.textContent = words;
  }
}

function active(registration: ServiceWorkerRegistration): Promise<void> {
  const coming = registration.active ?? registration.waiting ?? registration.installing;
  if (coming === null || coming.state === 'activated') return Promise.resolve();
  return new Promise((done) => {
    coming.addEventListener('statechange', () => {
      if (coming.state === 'activated') done();
    });
  });
}

customElements.define('lms-push', LmsPush);

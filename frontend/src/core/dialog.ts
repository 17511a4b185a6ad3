/**
 * <lms-dialog>: an accessible modal without <dialog>, which our oldest engines lack.
 * Opened by any [data-opens="id"]; Escape, the veil and [data-close] close it; focus stays inside
 * and returns to the opener.
 */
const FOCUSABLE = 'a[href], button:not([disabled]), input:not([disabled]), select, textarea, [tabindex="0"]';

export class LmsDialog extends HTMLElement {
  private opener: HTMLElement | null = null;

  private get veil(): HTMLElement | null {
    return this.querySelector<HTMLElement>('[data-dialog]');
  }

  connectedCallback(): void {
    this.addEventListener('click', (event) => {
      const target = event.target as Element;
      if (target === this.veil || target.closest('[data-close]') !== null) this.close();
    });
    this.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        this.close();
      }
      if (event.key === 'Tab') this.keepFocus(event);
    });
  }

  open(opener: HTMLElement | null = null): void {
    const veil = this.veil;
    if (veil === null) return;
    this.opener = opener;
    veil.hidden = false;
    document.documentElement.classList.add('has-dialog');
    veil.querySelector<HTMLElement>('[role="dialog"]')?.focus();
  }

  close(): void {
    const veil = this.veil;
    if (veil === null || veil.hidden) return;
    veil.hidden = true;
    document.documentElement.classList.remove('has-dialog');
    this.opener?.focus();
    this.dispatchEvent(new CustomEvent('lms:closed', { bubbles: true }));
  }

  private keepFocus(event: KeyboardEvent): void {
    const places = Array.from(this.querySelectorAll<HTMLElement>(FOCUSABLE)).filter(
      (element) => element.getClientRects().length > 0,
    );
    const first = places[0];
    const last = places[places.length - 1];
    if (first === undefined || last === undefined) return;
    const here = document.activeElement;
    if (event.shiftKey && (here === first || !places.includes(here as HTMLElement))) {
      event.preventDefault();
      last.focus();
    } else if (!event.shiftKey && here === last) {
      event.preventDefault();
      first.focus();
    }
  }
}

export function installDialogs(): void {
  if (customElements.get('lms-dialog') === undefined) customElements.define('lms-dialog', LmsDialog);
  document.addEventListener('click', (event) => {
    const opener = (event.target as Element).closest<HTMLElement>('[data-opens]');
    if (opener === null) return;
    const dialog = document.getElementById(opener.dataset['opens'] ?? '');
    if (dialog instanceof LmsDialog) {
      event.preventDefault();
      dialog.open(opener);
    }
  });
}

/** `<lms-keys>`: keys 1–8 press the buttons or tick the boxes that carry them as `data-key`. */
export class Keys extends HTMLElement {
  readonly #pressed = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.target instanceof HTMLInputElement && event.target.type === 'text') return;
    this.querySelector<HTMLElement>(`[data-key="${CSS.escape(event.key)}"]`)?.click();
  };

  connectedCallback(): void {
    document.addEventListener('keydown', this.#pressed);
  }

  disconnectedCallback(): void {
    document.removeEventListener('keydown', this.#pressed);
  }
}

customElements.define('lms-keys', Keys);

/**
 * <lms-desk>: a marker's keys. A figure chooses those points in the first group still open; Enter saves.
 * Everything works without it: the buttons are radio buttons of a plain form.
 */
export function groupFor(root: ParentNode): HTMLInputElement[] {
  const groups = Array.from(root.querySelectorAll<HTMLElement>('.points')).map((group) =>
    Array.from(group.querySelectorAll<HTMLInputElement>('input[type="radio"]')),
  );
  return groups.find((group) => !group.some((button) => button.checked)) ?? groups[groups.length - 1] ?? [];
}

export function choose(root: ParentNode, key: string): HTMLInputElement | null {
  const button = groupFor(root).find((one) => one.value === key) ?? null;
  if (button !== null) {
    button.checked = true;
    button.focus();
  }
  return button;
}

export class LmsDesk extends HTMLElement {
  private readonly onKey = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    const writes = target.matches('textarea, input:not([type="radio"]), select');
    if (writes || event.ctrlKey || event.altKey || event.metaKey) return;
    if (/^[0-9]$/.test(event.key) && choose(this, event.key) !== null) event.preventDefault();
  };

  connectedCallback(): void {
    document.addEventListener('keydown', this.onKey);
  }

  disconnectedCallback(): void {
    document.removeEventListener('keydown', this.onKey);
  }
}

customElements.define('lms-desk', LmsDesk);

/** Small courtesies of every page: menus that close, passwords that can be shown, focus on errors. */

function installMenus(): void {
  const open = (): HTMLDetailsElement[] =>
    Array.from(document.querySelectorAll<HTMLDetailsElement>('details[data-menu][open]'));
  document.addEventListener('click', (event) => {
    for (const menu of open()) if (!menu.contains(event.target as Node)) menu.open = false;
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector('summary')?.focus();
    }
  });
}

function installReveal(): void {
  for (const button of Array.from(document.querySelectorAll<HTMLButtonElement>('[data-reveal]'))) {
    const input = document.getElementById(button.dataset['reveal'] ?? '');
    if (!(input instanceof HTMLInputElement)) continue;
    button.hidden = false;
    button.addEventListener('click', () => {
      const shown = input.type === 'password';
      input.type = shown ? 'text' : 'password';
      button.setAttribute('aria-pressed', String(shown));
    });
  }
}

function installPrint(): void {
  for (const button of Array.from(document.querySelectorAll<HTMLButtonElement>('[data-print]'))) {
    button.hidden = false;
    button.addEventListener('click', () => {
      window.print();
    });
  }
}

export function focusErrors(root: ParentNode): void {
  root.querySelector<HTMLElement>('[data-focus]')?.focus();
}

export function installPage(): void {
  installMenus();
  installReveal();
  installPrint();
  focusErrors(document);
}

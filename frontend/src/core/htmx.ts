/**
 * htmx with our bounded vocabulary (hx-get/post, hx-target, hx-swap, hx-trigger without filters,
 * hx-push-url, hx-select). The CSRF header is set here, once, for every request.
 */
import htmx from 'htmx.org';
import { csrfToken } from './csrf';
import { loadIslands } from './islands';
import { focusErrors } from './page';

interface RequestDetail {
  ctx: { request: { method: string; headers: Record<string, string> } };
}

export function addCsrfHeader(event: Event): void {
  const { request } = (event as CustomEvent<RequestDetail>).detail.ctx;
  if (request.method.toUpperCase() !== 'GET') request.headers['X-CSRFToken'] = csrfToken();
}

export function installHtmx(): void {
  htmx.config.includeIndicatorCSS = false;
  document.addEventListener('htmx:config:request', addCsrfHeader);
  document.addEventListener('htmx:after:swap', (event) => {
    const root = event.target instanceof Element ? event.target : document.body;
    loadIslands(document);
    focusErrors(root);
  });
}

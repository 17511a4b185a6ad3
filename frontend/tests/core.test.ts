import { beforeEach, expect, test, vi } from 'vitest';
import { csrfToken } from '../src/core/csrf';
import { installDialogs, LmsDialog } from '../src/core/dialog';
import { loadIslands } from '../src/core/islands';
import { describeJob, reasonOf, uploadId } from '../src/upload/job';

beforeEach(() => {
  document.body.replaceChildren();
});

test('the CSRF token is read from its cookie alone', () => {
  expect(csrfToken('sessionid=abc; csrftoken=x%3Dy; presentation=mode:elder')).toBe('x=y');
  expect(csrfToken('sessionid=abc')).toBe('');
});

test('only the islands on the page are loaded', () => {
  document.body.innerHTML = '<x-here></x-here>';
  const here = vi.fn(() => Promise.resolve());
  const absent = vi.fn(() => Promise.resolve());
  expect(loadIslands(document, { 'x-here': here, 'x-absent': absent })).toEqual(['x-here']);
  expect(here).toHaveBeenCalledTimes(1);
  expect(absent).not.toHaveBeenCalled();
});

test('a dialog opens from its button, closes on Escape and gives the focus back', () => {
  document.body.innerHTML =
    '<button data-opens="sure">问</button><lms-dialog id="sure"><div data-dialog hidden><div role="dialog" tabindex="-1"><button data-close>关</button></div></div></lms-dialog>';
  installDialogs();
  const opener = document.querySelector('button');
  const dialog = document.querySelector('lms-dialog');
  const veil = document.querySelector<HTMLElement>('[data-dialog]');
  opener?.click();
  expect(dialog).toBeInstanceOf(LmsDialog);
  expect(veil?.hidden).toBe(false);
  expect(document.activeElement?.getAttribute('role')).toBe('dialog');
  dialog?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  expect(veil?.hidden).toBe(true);
  expect(document.activeElement).toBe(opener);
});

test("the server's word on an uploaded file", () => {
  expect(describeJob({ state: 'transcoding', percent: 37, message: '' })).toEqual({ percent: 37, tone: '', retryable: false, finished: false });
  expect(describeJob({ state: 'READY', percent: 90, message: '' })).toEqual({ percent: 100, tone: 'ok', retryable: false, finished: true });
  expect(describeJob({ state: 'failed', percent: 12, message: '', retry_url: '/again/' })).toEqual({ percent: 12, tone: 'error', retryable: true, finished: true });
});

test('reasons and ids come out of what the server sent', () => {
  expect(reasonOf('{"error": "这不是视频"}')).toBe('这不是视频');
  expect(reasonOf('磁盘空间不够')).toBe('磁盘空间不够');
  expect(reasonOf('<html>502</html>')).toBe('');
  expect(uploadId('https://school.example/uploads/abc-1/?x=1')).toBe('abc-1');
});

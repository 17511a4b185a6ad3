/** How fast this line takes bytes up to our own server. */
import { csrfToken } from '../core/csrf';

const FIRST_BYTES = 64_000;
const MORE_BYTES = 1_000_000;
const LONG_ENOUGH_MS = 250;

/** Mbit/s, or null where it could not be measured. */
export async function measureUplink(address: string): Promise<number | null> {
  try {
    const small = await timed(address, FIRST_BYTES);
    const measured = small > LONG_ENOUGH_MS ? { ms: small, bytes: FIRST_BYTES } : null;
    const { ms, bytes } = measured ?? { ms: await timed(address, MORE_BYTES), bytes: MORE_BYTES };
    return (bytes * 8) / 1000 / Math.max(1, ms);
  } catch {
    return null;
  }
}

async function timed(address: string, bytes: number): Promise<number> {
  const began = performance.now();
  const answer = await fetch(address, {
    method: 'POST',
    headers: { 'X-CSRFToken': csrfToken(), 'Content-Type': 'application/octet-stream' },
    body: new Uint8Array(bytes),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return performance.now() - began;
}

/** 754000 → 12:34, 3723000 → 1:02:03 (pure). */
export function clock(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  const seconds = two(whole % 60);
  return hours > 0 ? `${String(hours)}:${two(minutes)}:${seconds}` : `${two(minutes)}:${seconds}`;
}

/** Words with named places: fill("还有 {count} 条", {count: 3}). */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

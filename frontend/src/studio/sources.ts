/** Where the picture and the sound are taken from, and how large: what a teacher chooses among. */
import { make } from '../contest/elements';
import { fill } from '../exam/config';
import { qualityFor, type Quality, type Source } from './capture';

const SOURCES: Source[] = ['camera', 'screen', 'both', 'sound'];
const HEIGHTS: Readonly<Record<string, number>> = { '360': 0.8, '540': 2, '720': 5 };

export class Sources {
  readonly element = make('div', 'stack');
  /** What belongs to the devices of this page, and not to OBS. */
  readonly devices: HTMLElement[] = [];
  source: Source = 'camera';
  private readonly cameras = make('select', 'input');
  private readonly microphones = make('select', 'input');
  private readonly heights = make('select', 'input');
  private readonly obs = make('input');

  /** `changed` after a choice among the devices, `viaObs` when the picture is to come from OBS or not. */
  constructor(
    private readonly strings: Record<string, string>,
    private readonly changed: () => void,
    private readonly viaObs: (wanted: boolean) => void,
  ) {
    this.draw();
  }

  get cameraId(): string {
    return this.cameras.value;
  }

  get microphoneId(): string {
    return this.microphones.value;
  }

  /** What was chosen; null leaves it to the line. */
  get quality(): Quality | null {
    const chosen = HEIGHTS[this.heights.value];
    return chosen === undefined ? null : qualityFor(chosen);
  }

  /** What has been found out otherwise: the picture comes from OBS. */
  chooseObs(): void {
    this.obs.checked = true;
  }

  async list(): Promise<void> {
    const devices = await navigator.mediaDevices.enumerateDevices();
    for (const [list, kind] of [
      [this.cameras, 'videoinput'],
      [this.microphones, 'audioinput'],
    ] as const) {
      const chosen = list.value;
      const found = devices.filter((device) => device.kind === kind && device.deviceId !== 'default');
      list.replaceChildren(
        new Option(this.text('default_device'), ''),
        ...found.map((device) => new Option(device.label, device.deviceId)),
      );
      list.value = chosen;
      if (list.selectedIndex < 0) list.value = '';
    }
  }

  private text(key: string): string {
    return this.strings[key] ?? '';
  }

  private draw(): void {
    const choices = SOURCES.map((source) => {
      const input = make('input');
      input.checked = source === this.source;
      return this.choice(input, source, () => {
        this.source = source;
        this.viaObs(false);
        this.changed();
      });
    });
    choices.push(
      this.choice(this.obs, 'obs', () => {
        this.viaObs(true);
      }),
    );
    const sources = make('fieldset', 'field', make('legend', 'sr-only', this.text('source')), ...choices);
    this.heights.append(new Option(this.text('auto'), ''));
    for (const height of Object.keys(HEIGHTS)) {
      this.heights.append(new Option(fill(this.text('height'), { height }), height));
    }
    for (const list of [this.cameras, this.microphones]) {
      list.append(new Option(this.text('default_device'), ''));
    }
    this.element.append(
      sources,
      this.labelled('camera', this.cameras),
      this.labelled('microphone', this.microphones),
      this.labelled('quality', this.heights),
    );
  }

  private choice(input: HTMLInputElement, name: string, chosen: () => void): HTMLElement {
    input.type = 'radio';
    input.name = 'studio-source';
    input.value = name;
    input.addEventListener('change', chosen);
    return make('label', 'choice-row', input, make('span', '', this.text(name)));
  }

  private labelled(key: string, list: HTMLSelectElement): HTMLElement {
    list.addEventListener('change', () => {
      this.changed();
    });
    list.id = `studio-${key}`;
    const label = make('label', '', this.text(key));
    label.htmlFor = list.id;
    const field = make('div', 'field', label, list);
    this.devices.push(field);
    return field;
  }
}

/** What the studio lets a part of its room do with the picture and sound that go out. */
export interface StudioDesk {
  /** What the teacher says (and shows with sound), for whoever is on the stage. */
  readonly voice: MediaStreamTrack | null;
  readonly isOnAir: boolean;
  /** Mix somebody's sound into what goes out, and the picture where there is one; null for nobody. */
  seat(guest: MediaStream | null): Promise<void>;
  /** How loud the guest is for everybody, 0 to 2. */
  volume(level: number): void;
  /** Other devices were opened: the voice is another track. */
  changed: (() => void) | null;
}

export const studio: { desk: StudioDesk | null } = { desk: null };

/** A terminal's own clock: local time of its zone, and as wrong as it was set. It runs on a battery: a power cut doesn't touch it. */
export class TerminalClock {
  private offsetMs = 0;

  constructor(private readonly timeZone: string) {}

  /** What it shows, `YYYY-MM-DDTHH:MM:SS`. */
  local(): string {
    return new Date(this.trueLocalMs() + this.offsetMs).toISOString().slice(0, 19);
  }

  /** What it shows, as ZVT writes it: `MMDD` and `HHMMSS`. */
  dateAndTime(): { readonly date: string; readonly time: string } {
    const local = this.local();
    return { date: local.slice(5, 7) + local.slice(8, 10), time: local.slice(11).replaceAll(':', '') };
  }

  /** Sets it to a local time; false for one that doesn't exist, and then it runs on as it was. */
  set(local: string): boolean {
    const ms = Date.parse(`${local}Z`);
    if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 19) !== local) return false;
    this.offsetMs = ms - this.trueLocalMs();
    return true;
  }

  /** Makes it wrong by so many seconds. */
  drift(seconds: number): void {
    this.offsetMs = seconds * 1_000;
  }

  /** The next time it shows this `HH:MM`, and how many milliseconds that is away. */
  next(timeOfDay: string): { readonly at: string; readonly inMs: number } {
    const now = this.trueLocalMs() + this.offsetMs;
    const today = Date.parse(`${this.local().slice(0, 10)}T${timeOfDay}:00Z`);
    const then = today > now ? today : today + 86_400_000;
    return { at: new Date(then).toISOString().slice(0, 19), inMs: then - now };
  }

  /** The right local time, counted as if the zone were UTC. */
  private trueLocalMs(): number {
    const now = new Date();
    const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: this.timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(now);
    return Date.parse(`${shown.replace(' ', 'T')}Z`) + now.getMilliseconds();
  }
}

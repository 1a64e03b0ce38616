import { execFile, spawnSync } from 'node:child_process';
import { mkdir, open, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH (linux/fs/ext4/ext4.h): nothing that is only in memory reaches the disk any more. */
const SHUTDOWN = 'import fcntl,os,struct,sys\nfcntl.ioctl(os.open(sys.argv[1],os.O_RDONLY),0x8004587D,struct.pack("I",2))';
const MIB = 1024 * 1024;

/** A gateway's own file system: ext4 in a file. It can lose its power, be filled up, and is not shared with anybody. Needs root. */
export class ImageDisk {
  readonly #image: string;
  readonly #sizeMb: number;
  /** Where it is mounted. */
  readonly path: string;

  /** `folder` receives the image and the mount point. */
  constructor(folder: string, sizeMb: number) {
    this.#image = join(folder, 'disk.img');
    this.#sizeMb = sizeMb;
    this.path = join(folder, 'disk');
  }

  /** Makes the file system and mounts it. */
  async prepare(): Promise<void> {
    await mkdir(this.path, { recursive: true });
    await writeFile(this.#image, '');
    await truncate(this.#image, this.#sizeMb * MIB);
    await run('mkfs.ext4', ['-q', '-F', '-m', '0', '-J', 'size=4', '-E', 'lazy_itable_init=0,lazy_journal_init=0', this.#image]);
    await this.#mount();
  }

  /** Cuts the power: what was not synced is gone. Freeze the process that writes before, and kill it before {@link comeBack}. */
  async losePower(): Promise<void> {
    await run('python3', ['-c', SHUTDOWN, this.path]);
  }

  /** Power is back: replays the file system's journal and mounts it. Nobody may hold a file on it. */
  async comeBack(): Promise<void> {
    await this.#unmount();
    await run('fsck.ext4', ['-p', this.#image]).catch((error: { code?: number }) => {
      // 1: errors were corrected, which is what it is there for (e2fsck(8)).
      if (error.code !== 1) throw error;
    });
    await this.#mount();
  }

  /** Fills it up to the last block. Undone by {@link makeRoom}. */
  async fill(): Promise<void> {
    const file = await open(join(this.path, FILLER), 'w');
    const chunk = Buffer.alloc(256 * 1024, 0x2e);
    try {
      for (let size = chunk.length; size >= 512; ) {
        try {
          await file.write(chunk, 0, size);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          size = Math.floor(size / 2);
        }
      }
      await file.sync();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      await file.close();
    }
  }

  /** Takes away what {@link fill} wrote. */
  async makeRoom(): Promise<void> {
    await rm(join(this.path, FILLER), { force: true });
  }

  /** Unmounts and removes the image. */
  async release(): Promise<void> {
    await this.#unmount();
    await rm(this.#image, { force: true });
  }

  async #mount(): Promise<void> {
    mounted.add(this.path);
    await run('mount', ['-o', 'loop', this.#image, this.path]);
  }

  /** A process that was killed a moment ago may still hold a file. */
  async #unmount(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await run('umount', [this.path]);
        break;
      } catch (error) {
        if (/not mounted/.test((error as Error).message)) break;
        if (attempt >= 50) throw error;
        await sleep(100);
      }
    }
    mounted.delete(this.path);
  }
}

/** What is mounted now. An exam that ends by a fault of its own must not leave file systems behind. */
const mounted = new Set<string>();
process.once('exit', () => {
  for (const path of mounted) spawnSync('umount', ['--lazy', path]);
});

const FILLER = 'filler';

import { readdirSync, readFileSync } from 'node:fs';

/** Fields of /proc/PID/stat after the command's name: state is 0, parent 1, user 11, system 12. */
function statFields(pid: string): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    // It ended between the listing and the reading.
    return [];
  }
}

function isOurs(pid: string): boolean {
  for (let at = pid; at !== '' && at !== '0'; at = statFields(at).at(1) ?? '') {
    if (at === String(process.pid)) return true;
  }
  return false;
}

/**
 * Processor seconds that the GPU processes of the browsers started here have used. With a software
 * adapter that is what the GPU work costs, and other programs on the machine hardly change it.
 * @returns undefined where there is no /proc
 */
export function gpuProcessSeconds(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const ticks = readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && isOurs(pid))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=gpu-process');
      } catch {
        return false;
      }
    })
    .map((pid) => statFields(pid))
    .map((fields) => Number(fields[11]) + Number(fields[12]));
  // 100 ticks a second on every Linux that Chromium runs on.
  return ticks.reduce((sum, value) => sum + value, 0) / 100;
}

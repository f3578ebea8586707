import { Op, Progress, State } from './fields';
import { countItems, runItem } from './dispatch';
import { word } from './words';

// An op is cut into items. Whoever is free takes the next one; who finishes the last item of an op
// opens the next op. Nobody waits for a thread that holds nothing, so a thread that the system has
// put to sleep delays the others by one item at most. `remaining` and `stage` are taken as one word:
// a thread that comes late finds another stage there and takes nothing.

/** Looks at the stage before sleeping: some tens of microseconds. */
const SPINS: u32 = 16384;
/** Items of a step: some milliseconds at most, however large the network. */
const STEP_ITEMS: u32 = 8;

@inline
function read(state: usize, field: i32): u32 {
  const at = state + ((<usize>field) << 2);
  return ASC_FEATURE_THREADS ? atomic.load<u32>(at) : load<u32>(at);
}

@inline
function write(state: usize, field: i32, value: u32): void {
  const at = state + ((<usize>field) << 2);
  if (ASC_FEATURE_THREADS) atomic.store<u32>(at, value);
  else store<u32>(at, value);
}

@inline
function readTicket(state: usize): u64 {
  return ASC_FEATURE_THREADS ? atomic.load<u64>(state) : load<u64>(state);
}

/** Opens the first op from `index` on that has anything to do; needs that nobody holds an item. */
function open(state: usize, index: u32): void {
  const count = word(state, State.count);
  let total: u32 = 0;
  if (read(state, State.stop)) index = count;
  while (index < count) {
    total = countItems(word(state, State.ops) + index * (Op.words << 2), state);
    if (total) break;
    index++;
  }
  write(state, State.total, total);
  write(state, State.done, 0);
  write(state, State.index, index);
  const stage = <u32>(readTicket(state) >> 32) + 1;
  const ticket = ((<u64>stage) << 32) | total;
  if (ASC_FEATURE_THREADS) {
    atomic.store<u64>(state, ticket);
  } else {
    store<u64>(state, ticket);
  }
  // Only now may the host write another run: this thread touches the state no more.
  if (index >= count) write(state, State.running, 0);
  if (ASC_FEATURE_THREADS) {
    if (read(state, State.sleepers)) atomic.notify(state + (State.stage << 2), -1);
  }
}

@inline
function claim(state: usize, ticket: u64): bool {
  if (ASC_FEATURE_THREADS) return atomic.cmpxchg<u64>(state, ticket, ticket - 1) == ticket;
  store<u64>(state, ticket - 1);
  return true;
}

/** Notes that items are done; the last one opens the next op. */
function finish(state: usize, items: u32): void {
  // Read first: as soon as these items are noted, others may open the next op.
  const total = word(state, State.total);
  let done: u32;
  if (ASC_FEATURE_THREADS) {
    done = atomic.add<u32>(state + (State.done << 2), items) + items;
  } else {
    done = read(state, State.done) + items;
    write(state, State.done, done);
  }
  if (done == total) open(state, read(state, State.index) + 1);
}

@inline
function take(state: usize, thread: u32, ticket: u64): bool {
  if (!claim(state, ticket)) return false;
  // Nobody can open another op while this item is not finished.
  const item = word(state, State.total) - <u32>ticket;
  const op = word(state, State.ops) + word(state, State.index) * (Op.words << 2);
  runItem(op, state, item, word(state, State.scratch) + thread * word(state, State.scratchBytes));
  finish(state, 1);
  return true;
}

/** Opens the first op of the run that the host has written. */
export function begin(state: usize): void {
  write(state, State.stop, 0);
  write(state, State.running, 1);
  open(state, 0);
}

/** Does some items, for the thread that asked for the run; looks for one for a while. */
export function step(state: usize): Progress {
  let done: u32 = 0;
  for (let i: u32 = 0; i < SPINS; i++) {
    const ticket = readTicket(state);
    if (<u32>ticket != 0) {
      if (take(state, 0, ticket) && ++done == STEP_ITEMS) return Progress.worked;
    } else if (!read(state, State.running)) {
      return Progress.finished;
    }
  }
  return Progress.waiting;
}

/** Ends the run after the items that are being done. Call until `step` finds it finished. */
export function cancel(state: usize): void {
  write(state, State.stop, 1);
  for (;;) {
    const ticket = readTicket(state);
    const remaining = <u32>ticket;
    if (remaining == 0) return;
    if (ASC_FEATURE_THREADS) {
      if (atomic.cmpxchg<u64>(state, ticket, ticket - remaining) != ticket) continue;
    } else {
      store<u64>(state, ticket - remaining);
    }
    finish(state, remaining);
    return;
  }
}

/** The life of a worker: returns when it is told to quit. */
export function work(state: usize, thread: u32): void {
  while (!read(state, State.quit)) {
    const ticket = readTicket(state);
    if (<u32>ticket != 0) take(state, thread, ticket);
    else sleep(state, <u32>(ticket >> 32));
  }
}

/** Waits for another stage, first awake, then asleep. */
function sleep(state: usize, stage: u32): void {
  if (!ASC_FEATURE_THREADS) return;
  for (let i: u32 = 0; i < SPINS; i++) {
    if (read(state, State.stage) != stage) return;
  }
  atomic.add<u32>(state + (State.sleepers << 2), 1);
  if (!read(state, State.quit)) atomic.wait<i32>(state + (State.stage << 2), stage, -1);
  atomic.sub<u32>(state + (State.sleepers << 2), 1);
}

/** Lets the workers return; needs that no run is under way. */
export function quit(state: usize): void {
  write(state, State.quit, 1);
  if (ASC_FEATURE_THREADS) {
    atomic.add<u32>(state + (State.stage << 2), 1);
    atomic.notify(state + (State.stage << 2), -1);
  }
}

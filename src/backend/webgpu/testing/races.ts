import {
  ArrayIndex,
  Assign,
  AssignOperator,
  Break,
  Call,
  CallExpr,
  Const,
  Continue,
  For,
  Function,
  If,
  Increment,
  Let,
  Loop,
  Node,
  Return,
  Switch,
  TemplateType,
  UnaryOperator,
  Var,
  VariableExpr,
  WgslParser,
  While,
} from 'wgsl_reflect';

/** Workgroup memory that a thread has read or written since the last barrier. */
interface Access {
  readonly variable: string;
  /** Its index as it is written; undefined where it is no element, but the whole. */
  readonly element?: string;
  readonly isWrite: boolean;
  readonly statement: Node;
  /** The function that it stands in. */
  readonly within: string;
}

/** How a block of statements is left. */
type Ending = 'goes on' | 'leaves';

/**
 * Finds where a thread may read what another one is still writing, or write what another one is
 * still reading: two such accesses of workgroup memory with a path between them that has no barrier.
 * An adapter whose threads run in step, as a processor's do, computes rightly all the same, so that
 * no result shows it.
 *
 * It reads the text alone: an element of the same index is taken for the thread's own, a condition
 * for both true and false, and a loop for two rounds.
 *
 * @param code WGSL with one compute entry point
 * @returns "tile_tokens is written in find_rows, then read in token_of", for each pair
 */
export function findRaces(code: string): readonly string[] {
  const statements = new WgslParser().parse(code);
  const shared = new Set<string>();
  const functions = new Map<string, Function>();
  let entry: Function | undefined;
  for (const statement of statements) {
    // Atomics are there to be used by all at once.
    if (statement instanceof Var && statement.storage === 'workgroup' && !isAtomic(statement)) {
      shared.add(statement.name);
    }
    if (!(statement instanceof Function)) continue;
    functions.set(statement.name, statement);
    if (statement.attributes?.some(({ name }) => name === 'compute')) entry = statement;
  }
  if (!entry) throw new Error('The shader has no compute entry point.');
  const walk = new Walk(shared, functions);
  walk.enter(entry);
  return [...walk.found];
}

function isAtomic({ type }: Var): boolean {
  return type instanceof TemplateType && type.name === 'atomic';
}

/** The paths through a shader, all at once. */
class Walk {
  readonly found = new Set<string>();
  #since: Access[] = [];
  #within = '';
  /** Counters of the loops around, by name: an index made of one is another in every round. */
  readonly #counters = new Map<string, number>();
  #rounds = 0;

  constructor(
    private readonly shared: ReadonlySet<string>,
    private readonly functions: ReadonlyMap<string, Function>,
  ) {}

  enter({ name, body }: Function): void {
    const outside = this.#within;
    this.#within = name;
    this.#block(body);
    this.#within = outside;
  }

  #block(statements: readonly Node[]): Ending {
    for (const statement of statements) {
      if (this.#statement(statement) === 'leaves') return 'leaves';
    }
    return 'goes on';
  }

  #statement(statement: Node): Ending {
    if (
      statement instanceof Return ||
      statement instanceof Break ||
      statement instanceof Continue
    ) {
      this.#reads(statement, statement);
      return 'leaves';
    }
    if (statement instanceof If) return this.#branches(statement);
    if (statement instanceof Switch) {
      this.#reads(statement.condition, statement);
      return this.#either(statement.cases.map(({ body }) => body));
    }
    if (statement instanceof For) this.#for(statement);
    else if (statement instanceof While) {
      this.#twice([statement.condition], statement.body);
    } else if (statement instanceof Loop) {
      this.#twice([], [...statement.body, ...(statement.continuing?.body ?? [])]);
    } else if (statement instanceof Assign) this.#assign(statement);
    else if (statement instanceof Increment) {
      this.#reads(statement.variable, statement);
      this.#writes(statement.variable, statement);
    } else if (statement instanceof Call) this.#call(statement, statement);
    else if (statement instanceof Let || statement instanceof Var || statement instanceof Const) {
      this.#reads(statement.value, statement);
    }
    return 'goes on';
  }

  #branches(statement: If): Ending {
    this.#reads(statement.condition, statement);
    for (const other of statement.elseif ?? []) this.#reads(other.condition, statement);
    return this.#either([
      statement.body,
      ...(statement.elseif ?? []).map(({ body }) => body),
      statement.else ?? [],
    ]);
  }

  /** What any of the blocks that go on has done. */
  #either(blocks: readonly (readonly Node[])[]): Ending {
    const before = this.#since;
    const after = new Set<Access>();
    let ending: Ending = 'leaves';
    for (const block of blocks) {
      this.#since = [...before];
      if (this.#block(block) === 'leaves') continue;
      ending = 'goes on';
      this.#since.forEach((access) => after.add(access));
    }
    this.#since = [...after];
    return ending;
  }

  #for({ init, condition, increment, body }: For): void {
    if (init) this.#statement(init);
    const name = init instanceof Var ? init.name : undefined;
    const outside = name === undefined ? undefined : this.#counters.get(name);
    for (let round = 0; round < 2; round++) {
      if (name !== undefined) this.#counters.set(name, ++this.#rounds);
      this.#round([condition], [...body, ...(increment ? [increment] : [])]);
    }
    if (name === undefined) return;
    if (outside === undefined) this.#counters.delete(name);
    else this.#counters.set(name, outside);
  }

  #twice(conditions: readonly Node[], body: readonly Node[]): void {
    for (let round = 0; round < 2; round++) this.#round(conditions, body);
  }

  /** A round that is made, or not. */
  #round(conditions: readonly (Node | null)[], body: readonly Node[]): void {
    for (const condition of conditions) if (condition) this.#reads(condition, condition);
    const before = this.#since;
    this.#since = [...before];
    this.#block(body);
    this.#since = [...new Set([...before, ...this.#since])];
  }

  #assign(statement: Assign): void {
    this.#reads(statement.value, statement);
    if (statement.operator !== AssignOperator.assign) this.#reads(statement.variable, statement);
    else this.#readsOfIndexes(statement.variable, statement);
    this.#writes(statement.variable, statement);
  }

  #call(call: Call | CallExpr, statement: Node): void {
    const { name, args } = call;
    // The second waits for all before it reads, and after it.
    if (name === 'workgroupBarrier' || name === 'workgroupUniformLoad') {
      this.#since = [];
      return;
    }
    for (const arg of args ?? []) this.#reads(arg, statement);
    const called = this.functions.get(name);
    if (called) this.enter(called);
  }

  /** All that an expression reads. */
  #reads(expression: Node | null, statement: Node): void {
    if (!expression) return;
    if (expression instanceof CallExpr) {
      this.#call(expression, statement);
      for (const child of childrenOf(expression)) {
        if (!expression.args?.some((arg) => arg === child)) this.#reads(child, statement);
      }
      return;
    }
    if (expression instanceof VariableExpr) this.#access(expression, statement, false);
    // A pointer is no read; what is done with it is not known here.
    if (expression instanceof UnaryOperator && expression.operator === '&') return;
    for (const child of childrenOf(expression)) this.#reads(child, statement);
  }

  #readsOfIndexes(target: Node, statement: Node): void {
    for (const child of childrenOf(target)) this.#reads(child, statement);
  }

  #writes(target: Node, statement: Node): void {
    if (target instanceof VariableExpr) this.#access(target, statement, true);
  }

  #access(expression: VariableExpr, statement: Node, isWrite: boolean): void {
    const { name: variable, postfix } = expression;
    if (!this.shared.has(variable)) return;
    const element = postfix instanceof ArrayIndex ? this.#textOf(postfix.index) : undefined;
    const access: Access = { variable, element, isWrite, statement, within: this.#within };
    for (const earlier of this.#since) this.#compare(earlier, access);
    this.#since.push(access);
  }

  #compare(earlier: Access, later: Access): void {
    if (earlier.variable !== later.variable || earlier.isWrite === later.isWrite) return;
    if (earlier.statement === later.statement && later.isWrite) return;
    const isOwn =
      later.element !== undefined &&
      earlier.element === later.element &&
      earlier.within === later.within;
    if (isOwn) return;
    const [first, then] = [earlier, later].map(
      ({ isWrite, within }) => `${isWrite ? 'written' : 'read'} in ${within}`,
    );
    this.found.add(`${later.variable} is ${first}, then ${then}`);
  }

  /** The same for two expressions only where both are the same number in a thread. */
  #textOf(expression: Node): string {
    if (expression instanceof VariableExpr) {
      const round = this.#counters.get(expression.name);
      const rest = childrenOf(expression).map((child) => this.#textOf(child));
      return [expression.name, ...(round === undefined ? [] : [`#${round}`]), ...rest].join('.');
    }
    const parts = childrenOf(expression).map((child) => this.#textOf(child));
    const own = Object.values(expression).filter((value) => typeof value === 'string');
    const value: unknown = 'value' in expression ? expression.value : undefined;
    return `(${[...own, ...(typeof value === 'number' ? [value] : []), ...parts].join(' ')})`;
  }
}

/** Expressions that an expression is made of. */
function childrenOf(node: Node): readonly Node[] {
  return Object.values(node)
    .flatMap((value: unknown): unknown[] => (Array.isArray(value) ? value : [value]))
    .filter((value): value is Node => value instanceof Node);
}

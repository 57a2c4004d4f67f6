/** Statuses of a program on its way to a result, which is `Success`, an error, or a status that is not known. */
export const compileSteps: ReadonlySet<string> = new Set(['Pending', 'CompilingSql', 'SqlCompiled', 'CompilingRust']);

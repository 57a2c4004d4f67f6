import type {Scene} from './scene.ts';

const code = [
  'CREATE TABLE invoices (',
  '  id INT PRIMARY KEY,',
  '  customer INT,',
  '  amount DECIMAL(10, 2)',
  ');',
  'CREATE VIEW totals AS',
  'SELECT customer, SUM(amout) FROM invoices GROUP BY customer;',
].join('\n');

/** A program that does not compile: nothing in the log, the reason in `program_error`. */
export const billing: Scene = {
  name: 'billing',
  historyMs: 300_000,
  *script({create}) {
    const pipeline = create({description: 'Invoices, being written', programCode: code});
    pipeline.setProgram('CompilingSql');
    yield 1800;
    const message = {
      start_line_number: 7,
      start_column: 22,
      end_line_number: 7,
      end_column: 26,
      warning: false,
      error_type: 'Compilation error',
      message: "Column 'amout' not found in any table; did you mean 'amount'?",
      snippet: '    7|SELECT customer, SUM(amout) FROM invoices GROUP BY customer;\n                           ^^^^^\n',
    };
    pipeline.setProgram('SqlError', {sql_compilation: {exit_code: 1, messages: [message]}});
  },
};

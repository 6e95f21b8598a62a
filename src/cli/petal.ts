/** The `petal` command. What a command needs is loaded when it runs, so that --help answers at once. */
import { Command } from 'commander';
import { evaluateCommand } from './commands/evaluate.ts';
import { thresholdsCommand } from './commands/thresholds.ts';
import { trainCommand } from './commands/train.ts';
import { runProgram } from './run-program.ts';

const program = new Command('petal')
  .description('Classify photos with MobileNetV2, as the Worker does, or with classes of your own')
  .addCommand(trainCommand())
  .addCommand(evaluateCommand())
  .addCommand(thresholdsCommand());
program.showHelpAfterError();
for (const command of program.commands) command.showHelpAfterError();

await runProgram(program);

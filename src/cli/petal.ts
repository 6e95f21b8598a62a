/** The `petal` command. What a command needs is loaded when it runs, so that --help answers at once. */
import { Command } from 'commander';
import { commandName } from './command-name.ts';
import { cacheCommand } from './commands/cache.ts';
import { classifyCommand } from './commands/classify.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { modelsCommand } from './commands/models.ts';
import { pushCommand } from './commands/push.ts';
import { sheetCommand } from './commands/sheet.ts';
import { thresholdsCommand } from './commands/thresholds.ts';
import { trainCommand } from './commands/train.ts';
import { runProgram } from './run-program.ts';

const program = new Command(commandName)
  .description('Classify photos with MobileNetV2, as the Worker does, or with classes of your own')
  .addCommand(trainCommand())
  .addCommand(classifyCommand())
  .addCommand(evaluateCommand())
  .addCommand(sheetCommand())
  .addCommand(pushCommand())
  .addCommand(modelsCommand())
  .addCommand(cacheCommand())
  .addCommand(thresholdsCommand());
program.showHelpAfterError();
for (const command of program.commands) command.showHelpAfterError();

await runProgram(program);

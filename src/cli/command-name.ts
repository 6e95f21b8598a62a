import process from 'node:process';

/** How a person calls this command, for what they may type next. */
export const commandName = process.env.npm_command === 'exec' ? 'npm exec petal --' : 'petal';

//! The words of the lesson panel itself; what a lesson says stands in its own files.

use crate::templates;

templates! { "lesson":
    STEP_OF = "Lesson {number} · step {step} of {steps}", "第 {number} 课 · 第 {step} 步，共 {steps} 步";
    RUN = "Run", "运行";
    RUN_AND_SEE = "Run it and see", "运行看看";
    SKIP = "Skip", "跳过";
    CONTINUE = "Continue", "继续";
    FINISH = "Finish", "完成";
    AGAIN = "Again", "再来一次";
    AGAIN_HELP = "Go back to where this step began", "回到这一步开始的时候";
    RESTART = "Start the lesson over", "从头再上这一课";
    CHOOSE_FIRST = "Choose an answer first, or skip the question.", "请先选一个答案，或者跳过这个问题。";
    WATCH = "Watch", "请看";
    RUNNING = "Running…", "运行中…";
    RUNNING_HELP = "Goes on with **Play** or **Step**, until it has happened.", "按**播放**或**单步**继续，直到事情发生。";
    RIGHT = "Your prediction came true", "你的预测正确";
    WRONG = "It came out differently", "结果和预测不同";
    SKIPPED = "You made no prediction", "你没有预测";
    OPEN = "The cluster was changed meanwhile, so this run does not decide the question. **Again** brings back the situation it is about.",
        "集群在此期间被改动过，这次运行无法给出答案。按**再来一次**可以回到题目所说的情形。";
    YOURS = "your prediction", "你的预测";
    HAPPENED = "what happened", "实际结果";
    FREE_TITLE = "The cluster is yours", "集群归你支配";
    FREE_TEXT = "All {n} steps are done. The stage stays as it is: change what you like and see what happens.",
        "{n} 步全部完成。集群保持原样：想改什么就改，看看会发生什么。";
    SCORE = "Predictions that came true: {right} of {asked}.", "预测正确：{right} / {asked}。";
}

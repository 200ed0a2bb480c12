//! The words of keeping a run and handing it on.

use crate::templates;

templates! { "share":
    SHARE = "Share and keep", "分享与保存";
    MENU = "This run", "本次运行";
    MENU_ITEM = "Share and keep…", "分享与保存…";
    RUNS = "Runs, undo and comparison", "各次运行、撤销与比较";
    RUNS_ITEM = "Runs and comparison…", "各次运行与比较…";
    RUNS_NOTE = "Whoever acts in the past begins another run; the one that was there stays. Any run can be shown again, at the moment at which it was left.",
        "在过去的时刻操作会开始另一次运行，原来的保持不变。任何一次运行都可以重新显示，停在离开时的时刻。";
    RUN_NAME = "Name of run {n}", "运行 {n} 的名称";
    RUN_SHOWN = "shown", "正在显示";
    RUN_SHOW = "Show", "显示";
    RUN_COMPARE = "Compare with the one shown", "与正在显示的比较";
    RUN_DELETE = "Delete", "删除";
    RUN_DELETED = "{name} was deleted.", "已删除：{name}。";
    PUT_BACK = "Put back: {name}", "恢复：{name}";
    RUN_OF = "Show {name}", "显示 {name}";
    COMPARE_OF = "Compare with the one shown: {name}", "与正在显示的比较：{name}";
    DELETE_OF = "Delete {name}", "删除 {name}";
    UNDO_COMMAND = "Undo `{command}`", "撤销 `{command}`";
    REDO_COMMAND = "Redo `{command}`", "重做 `{command}`";
    AGAIN = "Run again with one thing changed", "改变一项后重新运行";
    AGAIN_NONE = "Nothing in this run can be changed with one click.", "本次运行没有可一键改变的内容。";
    COMPARED = "Two runs compared", "两次运行的比较";
    COMPARED_AT = "Both as they stand at {time}.", "均取 {time} 时的状态。";
    COMPARED_ON = "To get there, a copy of {name} was played on; the run itself stays where it was.", "为此将 {name} 的副本继续运行到了该时刻；该运行本身停在原处。";
    COMPARED_WHAT = "What", "项目";
    COMPARED_CHANGE = "Difference", "差别";
    COMPARED_GIVEN = "Commands and settings", "命令与设置";
    COMPARED_MORE = "{n} more differ.", "另有 {n} 处不同。";
    COMPARED_SAME = "{n|One figure is|{n} figures are} the same in both.", "另有 {n} 项数据两者相同。";
    BOTH_ON_STAGE = "Both on the page", "在页面上同时显示";
    COMPARING = "Comparing 2 runs", "正在比较 2 次运行";
    COMPARING_FIGURES = "The figures of both runs", "两次运行的数据";
    COMPARING_END = "Stop comparing", "结束比较";
    PANE_SHOWN = "This run: {name}. What you do and ask is done and asked here.", "当前运行：{name}。操作和提问都针对它。";
    PANE_OTHER = "The run beside it, at the same time: {name}", "同一时刻的另一次运行：{name}";
    PANE_TAKE = "Work in this one", "切换到这一次";
    PANE_TAKE_OF = "Work in this one: {name}", "切换到这一次：{name}";
    PANE_ACTIVE = "You work here", "当前操作对象";

    BACK_TO_RUNS = "Back to the runs", "返回各次运行";
    NOTE = "How it began, every command with its moment, and where you stand: whoever opens it sees exactly this.",
        "包含起点、每条命令及其时刻，以及你所在的位置：打开的人看到的与此完全一致。";
    LINK = "Link", "链接";
    LINK_LENGTH = "{n} of {max} characters", "{n} / {max} 个字符";
    LINES = "Lines", "文本行";
    LINES_NOTE = "One command a line, to read, change and play. A link or a saved file can be pasted here as well.",
        "一行一条命令，可阅读、修改并运行。也可以把链接或保存的文件粘贴到这里。";
    FILE = "File", "文件";
    COPY_LINK = "Copy link", "复制链接";
    COPY_LINES = "Copy lines", "复制文本行";
    COPIED = "Copied.", "已复制。";
    NOT_COPIED = "The browser does not let this page copy; select the text and copy it yourself.", "浏览器不允许本页复制；请自行选中文本复制。";
    PLAY_LINES = "Play these lines", "运行这些行";
    DOWNLOAD = "Save as file", "保存为文件";
    OPEN_FILE = "Open a file…", "打开文件…";
    DROP_NOTE = "A file can also be dropped on the page.", "也可以把文件拖放到页面上。";
    WORKS = "Kept in this browser", "保存在此浏览器中";
    WORKS_NOTE = "The work on this page is kept by itself: every run, bookmarks, and how far you are in a lesson. At most {max} are kept; those without a name make room for newer ones, the oldest first.",
        "本页的内容会自动存档：所有运行、书签以及课程进度。最多保留 {max} 份；未命名的存档会为新存档让位，最旧的先被移除。";
    WORK_NAME = "Name of this work", "此存档的名称";
    WORK_OWN = "A scenario of its own", "自定义场景";
    OWN_SUMMARY = "It came with a link, a file or as lines, and is none of the scenarios in the menu: what stands on the stage is all of it.",
        "它来自链接、文件或命令文本，不是菜单里的内置场景：页面上看到的就是它的全部。";
    WORK_HOLDS = "{commands|one command|{commands} commands}, {runs|one run|{runs} runs}", "{commands} 条命令，{runs} 次运行";
    WORK_OPEN = "Open", "打开";
    WORK_OPEN_OF = "Open {name}", "打开 {name}";
    WORK_PUT_BACK = "Put the deleted one back", "恢复已删除的存档";
    KEPT_ELSEWHERE = "This work went on in another tab. What you do here is kept as a work of its own.", "此存档已在另一个标签页中继续。你在这里的操作会另存为一份存档。";
    KEEP_SOUND = "Open what is sound: {commands|its beginning and one command|its beginning and {commands} commands}", "打开完好的部分：起点和 {commands} 条命令";
    KEEP_BEGINNING = "Open what is sound: its beginning", "打开完好的部分：仅起点";
    WRONG = "This cannot be opened", "无法打开";
    WRONG_LINK = "The link that brought you here cannot be opened as it is. Nothing has been changed on this page.", "带你来到这里的链接无法按原样打开。本页没有任何改变。";
    WRONG_FILE = "The file cannot be opened as it is. Nothing has been changed on this page.", "该文件无法按原样打开。本页没有任何改变。";
    WRONG_KEPT = "What this browser has kept of the last visit cannot be opened as it is.", "浏览器保留的上次内容无法按原样打开。";
    LEAVE = "Leave it", "放弃";
    OPENING = "Opening: {done} of {all}", "正在打开：{done} / {all}";
    CANCEL = "Cancel", "取消";
    OPENED = "Opened. What was here before can be had back.", "已打开。之前的内容可以找回。";
    RESTORED = "This is where you were. A reset goes back to the start.", "已回到你上次所在的位置。重置可回到起点。";
    DIFFERS = "It has not come to the same as when it was saved: it was changed, or made by another version.", "结果与保存时不同：内容被修改过，或由其他版本生成。";
    CUT_OFF = "It has more events than can be played, and ends earlier than it was saved.", "事件数超过可回放的上限，因此比保存时更早结束。";
    REFUSED = "{n|One command|{n} commands} could not be done again. The first: {why}", "{n} 条命令无法再次执行。第一条：{why}";
    NOT_KEPT = "This browser does not keep the run (its storage is full or forbidden). Save it as a file.", "浏览器无法保留本次运行（存储已满或被禁止）。请保存为文件。";
    CRASHED = "The page broke off last time", "页面上次意外中断";
    CRASHED_NOTE = "It happened after {commands|one command|{commands} commands} had been given. The last one was `{command}`. It can be left out.", "中断发生在下达 {commands} 条命令之后，最后一条是 `{command}`。可以略去它。";
    WITH_LAST = "Open all of it", "全部打开";
    WITHOUT_LAST = "Leave the last command out", "略去最后一条命令";
}

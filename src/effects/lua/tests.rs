//! What chunks do over a small tree.

use crate::effects::process::{Handle, Process, Status, testing::Image};

/// A chunk's status, standard output and standard error.
fn run_with(image: &mut Image, source: &str, args: &[&str], stdin: &str) -> (u8, String, String) {
    image.stage(|stage| {
        let (out, err) = (Handle::collecting(), Handle::collecting());
        let words = ["<lua>"].iter().chain(args).map(|a| a.as_bytes().to_vec()).collect();
        let mut process = Process::start(stage, words, Handle::reading(stdin.as_bytes().to_vec()), out.clone());
        process.descriptors.insert(2, err.clone());
        let Status(status) = super::chunk(&mut process, source);
        let text = |h: Handle| String::from_utf8_lossy(&h.take()).into_owned();
        (status, text(out), text(err))
    })
}

fn run(image: &mut Image, source: &str) -> (u8, String, String) {
    run_with(image, source, &["1"], "")
}

/// What a chunk prints that does not fail.
#[track_caller]
fn prints(source: &str, expected: &str) {
    let (status, out, err) = run(&mut Image::new(), source);
    assert_eq!((status, out.as_str(), err.as_str()), (0, expected, ""), "{source}");
}

#[test]
fn a_chunk_prints_returns_and_fails() {
    prints("print('hello', 1, 1.5, nil, true) return 0", "hello\t1\t1.5\tnil\ttrue\n");
    prints("print(arg[1], arg[2] + 1, #arg)", "<lua>\t2\t2\n");
    let mut image = Image::new();
    let (status, _, err) = run(&mut image, "\nerror('bad')");
    assert_eq!((status, err.as_str()), (1, "lua script failed: [string \"<lua>\"]:2: bad\n"));
    let (status, _, err) = run(&mut image, "error('FATAL: kernel too old', 0)");
    assert_eq!((status, err.as_str()), (1, "lua script failed: FATAL: kernel too old\n"));
    let (status, _, err) = run(&mut image, "if then");
    assert_eq!(status, 1);
    assert!(err.starts_with("invalid syntax in lua script: [string \"<lua>\"]:1:"), "{err}");
    let (status, _, err) = run(&mut image, "\n\nlocal x = nil; x.y = 1");
    assert_eq!(status, 1);
    assert!(err.contains("]:3: attempt to index a nil value (local 'x')"), "{err}");
    let (status, _, err) = run(&mut image, "\nposix.mkdir({})");
    assert_eq!(status, 1);
    assert!(err.contains("]:2: bad argument #1 to 'mkdir' (string expected, got table)"), "{err}");
}

#[test]
fn files_are_the_trees() {
    let mut image = Image::new().file("etc/shells", "/bin/zsh\n", 0o644);
    let bash = "local nl, sh, bash = '\\n', '/bin/sh\\n', '/bin/bash\\n'
        local f = io.open('/etc/shells', 'a+')
        local shells = nl..f:read('*all')..nl
        if not shells:find(nl..sh) then f:write(sh) end
        if not shells:find(nl..bash) then f:write(bash) end
        f:close()";
    assert_eq!(run(&mut image, bash), (0, String::new(), String::new()));
    assert_eq!(run(&mut image, bash).0, 0);
    assert_eq!(image.text("etc/shells").as_deref(), Some("/bin/zsh\n/bin/sh\n/bin/bash\n"));
    let filter = "local t = {}
        for line in io.lines('/etc/shells') do if line ~= '/bin/sh' then table.insert(t, line) end end
        local f = io.open('/etc/shells', 'w+')
        for n, line in pairs(t) do f:write(line..'\\n') end
        f:close()";
    assert_eq!(run(&mut image, filter).0, 0);
    assert_eq!(image.text("etc/shells").as_deref(), Some("/bin/zsh\n/bin/bash\n"));
}

#[test]
fn io_reads_writes_and_seeks() {
    let mut image = Image::new().file("etc/f", "one\ntwo\n3 0x10 4.5\nrest", 0o644);
    let (status, out, err) = run(
        &mut image,
        "local f = io.open('/etc/f')
         print(f:read(), f:read('L'), f:read('n'), f:read(1), f:read('a'), f:read('a'), f:read('l'), f:read(0))
         f:seek('set', 8) print(f:read('n', '*number', 'n', 'L', '*a', 'l'))
         print(f:seek('set', 4), f:read(3), f:seek(), f:seek('end'))
         print(io.type(f), f:close(), io.type(f), tostring(f), io.type(3))
         local g = io.open('/etc/f', 'r+')
         g:read('l') g:write('2nd') g:seek('end') g:write('!') g:close()
         for l in io.lines('/etc/f') do io.write('[', l, ']') end
         print(pcall(f.read, f))
         print(io.open('/none'))
         print(pcall(io.lines, '/none'))
         print(pcall(io.open, '/etc/f', 'q'))
         io.stderr:write('e', 1, 2.0)",
    );
    let expected = "one\ttwo\n\t3\t \t0x10 4.5\nrest\t\tnil\tnil\n3\t16\t4.5\t\n\trest\tnil\n4\ttwo\t7\t23\nfile\ttrue\tclosed file\tfile (closed)\tnil\n\
        [one][2nd][3 0x10 4.5][rest!]false\tattempt to use a closed file\nnil\t/none: No such file or directory\t2\n\
        false\t/none: No such file or directory\nfalse\tbad argument #2 to 'open' (invalid mode)\n";
    assert_eq!((status, out.as_str(), err.as_str()), (0, expected, "e12.0"));
}

#[test]
fn posix_is_rpms() {
    prints(
        "print(posix.mkdir('/a'), posix.mkdir('/a'))
         print(posix.symlink('a', '/l'), posix.readlink('/l'), posix.stat('/l', 'type'), posix.stat('/l').type)
         posix.chmod('/a', 0555) print(posix.stat('/a', 'mode'), posix.umask(), posix.umask(755))
         print(posix.access('/a'), posix.access('/none'), posix.errno())
         for f in posix.files('/usr') do io.write(f, ' ') end print()
         print(posix.files('/none'))
         print(posix.uname('%s %r %m %%'))
         print(posix.getenv('HOME'), os.getenv('NONE'), posix.setenv('X', 'y'), os.getenv('X'))
         print(posix.chdir('/usr'), posix.getcwd(), posix.utime('bin') == 0)
         print(posix.rmdir('/a'), posix.unlink('/l'), posix.unlink('/l'))
         print(pcall(posix.exec, '/bin/true')) print(pcall(os.exit)) print(posix.wait())
         print(os.remove('/usr/bin'), os.remove('/usr')) print(os.rename('/x', '/y'))",
        "0.0\tnil\t/a: File exists\t17.0\n0.0\ta\tlink\tlink\nr-xr-xr-x\trwxr-xr-x\trwxr-xr-x\n\
         0.0\tnil\tNo such file or directory\t2.0\n. .. bin sbin \nnil\t/none: No such file or directory\t2.0\n\
         Linux 5.14.0-1.el9.x86_64 x86_64 %\n/root\tnil\t0.0\ty\n0.0\t/usr\ttrue\n\
         0.0\t0.0\tnil\t/l: No such file or directory\t2.0\nfalse\texec not permitted in this context\n\
         false\texit not permitted in this context\nnil\tNo child processes\t10.0\n\
         true\tnil\t/usr: Directory not empty\t39\nnil\tNo such file or directory\t2\n",
    );
}

#[test]
fn accounts_come_from_the_image() {
    let mut image = Image::new()
        .file("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nbin:x:1:2::/bin:/sbin/nologin\n", 0o644)
        .file("etc/group", "root:x:0:\nwheel:x:10:a,b\n", 0o644)
        .file("etc/f", "", 0o644);
    let (_, out, err) = run(
        &mut image,
        "print(posix.getpasswd('bin', 'uid'), posix.getpasswd(1).shell, posix.getpasswd('none'), posix.getpasswd().name)
         print(posix.getgroup('wheel').gid, posix.getgroup(10)[2], posix.getgroup('x'))
         print(posix.chown('/etc/f', 'bin', 'wheel'), posix.stat('/etc/f').uid, posix.stat('/etc/f').gid)
         posix.chown('/etc/f', 5, 'none') print(posix.stat('/etc/f').uid, posix.stat('/etc/f').gid)",
    );
    assert_eq!(
        (out.as_str(), err.as_str()),
        ("1.0\t/sbin/nologin\tnil\troot\n10.0\tb\tnil\n0.0\t1.0\t10.0\n5.0\t10.0\n", "")
    );
}

#[test]
fn a_fork_runs_the_child_where_it_stands() {
    let mut image = Image::new();
    let (status, out, err) = run(
        &mut image,
        "local f = io.open('/etc/log', 'a') f:write('before\\n') print('once')
         local pid = posix.fork()
         if pid == 0 then
           print('child', posix.stat('/etc/log', 'size'))
           f:write('child\\n') posix.setenv('X', 'child')
           os.exit(3)
         elseif pid > 0 then
           print(posix.wait(pid) == pid, posix.wait(pid))
         end
         f:write('after\\n') f:close() print(os.getenv('X'))
         for i = 1, 2 do
           local pid = posix.fork()
           if pid == 0 then posix.mkdir('/etc/d' .. i) assert(nil) end
           posix.wait()
         end
         print(posix.stat('/etc/d1', 'type'), posix.stat('/etc/d2', 'type'))",
    );
    let expected = "once\nchild\t7.0\ntrue\tnil\tNo child processes\t10.0\nnil\ndirectory\tdirectory\n";
    assert_eq!((status, out.as_str(), err.as_str()), (0, expected, ""));
    assert_eq!(image.text("etc/log").as_deref(), Some("before\nchild\nafter\n"));
}

#[test]
fn a_child_executes_and_is_no_more() {
    let mut image = Image::new().programs(&["unknown"]);
    let source = "function post_exec(program, ...)
           local pid = posix.fork()
           if pid == 0 then
             posix.redirect2null(2)
             pcall(posix.exec, program, ...)
             print('not here') assert(nil)
           elseif pid > 0 then posix.wait(pid) end
         end
         post_exec('/usr/bin/unknown', '-x') post_exec('/none') print('end')";
    let (status, out, err) = run(&mut image, source);
    assert_eq!((status, out.as_str(), err.as_str()), (0, "not here\nend\n", ""));
    image.stage(|stage| {
        let mut process = Process::start(stage, vec![b"<lua>".to_vec()], Handle::null(), Handle::null());
        super::chunk(&mut process, source);
        let unknown: Vec<_> = process.stage.log.unknown.iter().map(|u| (u.program.as_str(), u.line)).collect();
        assert_eq!(unknown, [("/usr/bin/unknown", 5)]);
    });
}

#[test]
fn children_fork_in_turn_but_not_for_ever() {
    let mut image = Image::new();
    let (status, out, _) = run(
        &mut image,
        "local depth = 0
         while true do
           local pid, why = posix.fork()
           if pid == nil then print(depth, why) os.exit(0) end
           if pid > 0 then posix.wait(pid) break end
           depth = depth + 1
         end
         if depth == 0 then print('top') end",
    );
    assert_eq!((status, out.as_str()), (0, "6\tCannot allocate memory\ntop\n"));
}

#[test]
fn programs_run_over_the_tree() {
    let mut image = Image::new().programs(&["true", "nothing"]);
    let (_, out, _) = run(
        &mut image,
        "print(rpm.execute('/none')) print(rpm.execute('nothing')) print(rpm.spawn({'nothing', 'x'}, {stderr='/dev/null'}))
         print(pcall(rpm.spawn, {}))
         print(os.execute('true'))",
    );
    let expected = "nil\tNo such file or directory\t2.0\nnil\texit code\t127.0\nnil\texit code\t127.0\n\
        false\tcommand not supplied\nnil\texit\t127\n";
    assert_eq!(out, expected);
}

#[test]
fn rpm_knows_versions_macros_and_lists() {
    let mut image = Image::new();
    let (_, out, err) = run_with(
        &mut image,
        "print(rpm.vercmp('5.14', '3.2'), rpm.vercmp('1-1', '1-2'), rpm.expand('%{_libdir}/x %{none}'))
         print(rpm.b64encode('hello', 0), rpm.b64decode('aGVsbG8='), #rpm.splitargs('a  b c'), rpm.unsplitargs({'a', 'b'}))
         rpm.define('foo 1') print(macros.foo, rpm.isdefined('foo')) macros.foo = nil print(macros.foo)
         local v = rpm.ver('5:1.0-2') print(v, v.e, v.v, v.r, v > rpm.ver(3, '5a', 1), v == rpm.ver('5:1.0-2'))
         local list = {} while true do local f = rpm.next_file() if not f then break end list[#list + 1] = f end
         print(table.concat(list, ','))
         print(rex.new('([a-z]+)-([0-9]+)'):match('x abc-12'))
         local f = rpm.open('/etc/o', 'w') print(f:write('data'), f:close()) print(rpm.open('/etc/o'):read())
         print(pcall(rpm.open, '/none'))
         print(table.concat(rpm.glob('/e*/[no]*'), ' '), bit32.band(12, 10), bit32.lshift(1, 31))",
        &["0", "0"],
        "/usr/a\n/usr/b\n",
    );
    let out = out.replace('\x1f', "'");
    let tail = "4.0\t6.0\ttable";
    let expected = "1\t-1\t/usr/lib64/x %{none}\naGVsbG8=\thello\t3\t'a' 'b'\n1\ttrue\tfalse\nnil\n\
        5:1.0-2\t5\t1.0\t2\ttrue\ttrue\n/usr/a,/usr/b\n3.0\t8.0\ttable: 0x555500000020\n4\t0\ndata\n\
        false\t/none open failed: No such file or directory\n/etc/o\t8\t2147483648\n";
    let _ = tail;
    assert_eq!((out.as_str(), err.as_str()), (expected, ""));
}

#[test]
fn strings_are_lua_5_4s() {
    prints(
        "print(('hello world'):find('o w')) print(('a.b'):find('.', 1, true)) print(('abc'):find('b', -1), (''):find(''))",
        "5\t7\n2\t2\nnil\t1\t0\n",
    );
    prints(
        "print(('abc'):gsub('', '-')) print(('hello world'):gsub('o', '0', 1)) print(('abc'):gsub('%w', '%0%0'))",
        "-a-b-c-\t4\nhell0 world\t1\naabbcc\t3\n",
    );
    prints(
        "print(('key=val'):gsub('(%w+)=(%w+)', '%2=%1')) print(('abc'):gsub('b', {b = 'X'})) print(('abc'):gsub('b', function() end))",
        "val=key\t1\naXc\t1\nabc\t1\n",
    );
    prints("print(('abc  def'):gsub('%s*', '-')) print(('  x '):gsub('^%s+', ''))", "-a-b-c-d-e-f-\t7\nx \t1\n");
    prints(
        "for k, v in ('a=1, b=2'):gmatch('(%w+)=(%w+)') do io.write(k, v, ';') end for w in ('one two'):gmatch('%a*') do io.write('<', w, '>') end print()",
        "a1;b2;<one><two>\n",
    );
    prints("print(('/x/y.conf'):gsub('.*/', ''):gsub('%..*', ''))", "y\t1\n");
    prints(
        "print(('abc'):match('()b()')) print(('x'):match('y')) print(('abc'):match('^(a)(.)', 1)) print(('aXb'):find('%u'))",
        "2\t3\nnil\na\tb\n2\t2\n",
    );
    prints(
        "print(pcall(function() local x = ('a'):find('[') end)) print(pcall(string.gsub, 'a', 'a', '%2'))",
        "false\t[string \"<lua>\"]:1: malformed pattern (missing ']')\nfalse\tinvalid capture index %2 in replacement string\n",
    );
    prints(
        "print(string.format('%5d|%-5s|%q|%s', 3, 'x', 'a\\nb', nil), ('x'):rep(3, ','))",
        "    3|x    |\"a\\\nb\"|nil\tx,x,x\n",
    );
}

#[test]
fn everything_is_the_same_every_time() {
    let source = "local t = {} for i = 1, 50 do t['key' .. i] = i end
        for k in pairs(t) do io.write(k, ' ') end
        local k = nil repeat k = next(t, k) io.write(tostring(k), ' ') until not k
        print(tostring({}), tostring(print), math.random(1000), os.time(), os.tmpname(), os.date('%F'), string.format('%s', {}))";
    let first = run(&mut Image::new(), source);
    assert_eq!(first.0, 0, "{}", first.2);
    assert!(first.1.starts_with("key1 key10 key11 "), "{}", first.1);
    for _ in 0..3 {
        assert_eq!(run(&mut Image::new(), source), first);
    }
    prints(
        "local t = {3, 1, 2, x = 1, [10] = 2, [true] = 3} for k, v in pairs(t) do io.write(tostring(k), ' ') end print(next({}))",
        "1 2 3 10 x true nil\n",
    );
    prints("local t = {a = 1, b = 2, c = 3} for k in pairs(t) do t[k] = nil end print(next(t))", "nil\n");
    prints(
        "local t = {5, 3, 9, 1} table.sort(t) print(table.concat(t, ' ')) table.sort(t, function(a, b) return a > b end) print(table.concat(t, ' '))",
        "1 3 5 9\n9 5 3 1\n",
    );
}

#[test]
fn modules_come_from_the_image() {
    let mut image = Image::new()
        .file("usr/lib/rpm/lua/fedora/thing.lua", "local name = ... return {name = name}", 0o644)
        .file("etc/chunk.lua", "#!x\nreturn 7", 0o644);
    let (_, out, err) = run(
        &mut image,
        "print(require('fedora.thing').name, require('fedora.thing') == require('fedora.thing'), require('posix') == posix)
         print(dofile('/etc/chunk.lua'), loadfile('/none'))
         print((pcall(require, 'none')))
         print(load('return ...')(5), string.dump, debug.sethook) print(load('x =')) print(load(string.char(27) .. 'Lua'))
         print(load(function() return nil end), load('return x', 'c', 't', {x = 9})())",
    );
    assert!(
        out.starts_with(
            "fedora.thing\ttrue\ttrue\n7\tnil\tcannot open /none: No such file or directory\nfalse\n5\tnil\tnil\nnil\t"
        ),
        "{out}{err}"
    );
    assert!(out.contains("attempt to load a binary chunk"), "{out}{err}");
    assert!(out.ends_with("\t9\n"), "{out}{err}");
}

/// The status of a chunk that has a tenth of the steps others have.
fn run_briefly(source: &str) -> u8 {
    Image::new().process(|process| {
        let most = process.stage.budget.left() / 10 * 9;
        assert!(process.stage.budget.steps(most));
        process.args = vec![b"<lua>".to_vec()];
        super::chunk(process, source).0
    })
}

#[test]
fn what_does_not_end_is_ended() {
    for source in [
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "local function f() return pcall(f) end while true do f() end",
        "coroutine.wrap(function() while true do end end)()",
        "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
        "local s = 'x' while true do s = s .. s if #s > 1e7 then s = 'x' end end",
        "local a, b = ('x'):rep(1e7), ('x'):rep(1e7 - 1) .. 'y' while a < b do end",
        "while true do io.write('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx') end",
        "(('a'):rep(100000)):find(('a-'):rep(20) .. 'b')",
        "while true do posix.stat('/') end",
        "setmetatable({}, {__gc = function() while true do end end}) while true do local t = {} end",
        "while true do local pid = posix.fork() if pid == 0 then assert(nil) end end",
        "xpcall(function() while true do end end, function() while true do end end)",
        "local t <close> = setmetatable({}, {__close = function() while true do end end}) while true do end",
        "local t = {} for i = 1, 1e6 do t[i] = 1e6 - i end while true do table.sort(t) end",
        "load(function() return 'x = 1 ' end)",
        "local function hang() while true do end end
         coroutine.wrap(function() local x <close> = setmetatable({}, {__close = hang}) hang() end)()",
        "local function hang() while true do end end
         local co = coroutine.create(function() local x <close> = setmetatable({}, {__close = hang}) hang() end)
         local y <close> = setmetatable({}, {__close = function() coroutine.close(co) end})
         coroutine.resume(co)",
        "for _ in function() while true do end end, 1, 1, setmetatable({}, {__close = function() while true do end end}) do end",
        "string.format('%s', setmetatable({}, {__tostring = function() while true do end end}))",
        "for i = 1, math.huge do local t = table.pack(table.unpack({}, 1, 200000)) end",
    ] {
        assert_eq!(run_briefly(source), 137, "{source}");
    }
    let status = run_briefly("local t = {} while true do t[#t + 1] = ('x'):rep(1e6) .. #t end");
    assert!(status == 137 || status == 1, "{status}");
    let (status, _, _) = run(&mut Image::new(), "local function f() return 1 + f() end f()");
    assert_ne!(status, 0);
}

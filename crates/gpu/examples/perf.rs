use minibatch_gpu::*;
use minibatch_graph::*;
use pollster::block_on;
use std::time::Instant;
fn mlp(layers:&[usize], batch:usize, samples:usize, f:Activation, loss:Loss, opt:Optimizer)->Graph{
  let mut g=Graph::new();
  let control=g.variable("control",[32],DType::U32).unwrap();
  let n0=layers[0]; let nl=*layers.last().unwrap();
  let data=g.variable("data",[samples,n0],DType::F32).unwrap();
  let ce=loss==Loss::CrossEntropy;
  let targets=if ce {g.variable("targets",[samples],DType::U32)} else {g.variable("targets",[samples,nl],DType::F32)}.unwrap();
  let np:usize=layers.windows(2).map(|w|w[0]*w[1]+w[1]).sum();
  let params=g.variable("params",[np],DType::F32).unwrap();
  let decay=g.full([np],0.0);
  let state:Vec<_>=(0..opt.state_count()).map(|i|g.variable(&format!("s{i}"),[np],DType::F32).unwrap()).collect();
  let rows=g.add_node(Op::BeginStep{samples,batch},&[control]).unwrap();
  let mut x=g.add_node(Op::Gather,&[data,rows]).unwrap();
  let t=g.add_node(Op::Gather,&[targets,rows]).unwrap();
  let mut off=0; let mut wrt=vec![];
  for (i,w) in layers.windows(2).enumerate(){
    let wv=g.view(params,off,[w[0],w[1]]).unwrap(); off+=w[0]*w[1];
    let bv=g.view(params,off,[w[1]]).unwrap(); off+=w[1];
    wrt.push(wv);wrt.push(bv);
    let act=if i+2==layers.len(){ if ce {Activation::Linear} else {f} }else{f};
    x=g.matmul((x,false),(wv,false),Some(bv),act).unwrap();
  }
  let l=g.loss(loss,x,t).unwrap();
  let grads=backward(&mut g,l,&wrt).unwrap();
  let grads=g.add_node(Op::Pack,&grads).unwrap();
  g.update(opt,[params,grads,decay,control],&state).unwrap();
  g.output("loss",l).unwrap();
  g
}
fn bench(gpu:&mut Gpu,name:&str,g:&Graph,steps:u32){
  let t=Instant::now();
  let plan=block_on(gpu.compile(g)).unwrap();
  let tk=gpu.submit(&[Work::Run(&plan,1)],&[]).unwrap(); block_on(gpu.finished(&tk)).unwrap();
  let c=t.elapsed();
  let mut best=f64::MAX;
  for _ in 0..4 { let t=Instant::now();
   let tk=gpu.submit(&[Work::Run(&plan,steps)],&["loss"]).unwrap(); block_on(gpu.finished(&tk)).unwrap();
   best=best.min(t.elapsed().as_secs_f64()*1e3/steps as f64);}
  println!("{name}: {best:.4} ms/step, {} launches, compile {:?}",plan.launches(),c);
}
fn main(){
  let mut gpu=block_on(Gpu::request()).unwrap();
  println!("{:?}",gpu.adapter());
  let g=mlp(&[2,4,2,1],10,250,Activation::Tanh,Loss::Mse,Optimizer::Sgd{momentum:0.0,nesterov:false});
  bench(&mut gpu,"mlp-2d",&g,100);
  for v in ["params","data","targets"]{gpu.remove(v);}
  let adam=Optimizer::Adam{beta1:0.9,beta2:0.999,eps:1e-8};
  let g=mlp(&[784,128,10],64,1024,Activation::Relu,Loss::CrossEntropy,adam);
  for p in [None,Some(Product::Small),Some(Product::Deep),Some(Product::Tile32),Some(Product::Tile64),Some(Product::Tile128)]{ gpu.prefer_product(p);
  bench(&mut gpu,&format!("mlp-mnist {p:?}"),&g,20);}
  for (m,n,k) in [(512,512,512),(1024,1024,1024),(64,128,784),(784,128,64),(16,16,16),(64,10,128),(128,10,64),(4096,32,32),(32,32,4096),(256,64,64),(10,8,8),(8,8,10),(8,8,1000)]{
    let mut g=Graph::new(); let a=g.variable(&format!("a{m}{k}"),[m,k],DType::F32).unwrap(); let b=g.variable(&format!("b{k}{n}"),[k,n],DType::F32).unwrap();
    let y=g.matmul((a,false),(b,false),None,Activation::Linear).unwrap(); g.output(&format!("y{m}{n}{k}"),y).unwrap();
    for p in Product::ALL { if p==Product::Deep && m*n>20000 || p==Product::Small && m*n*k>10000000 {continue;} gpu.prefer_product(Some(p));
    let plan=block_on(gpu.compile(&g)).unwrap();
    let tk=gpu.submit(&[Work::Run(&plan,1)],&[]).unwrap(); block_on(gpu.finished(&tk)).unwrap();
    let n_=if m*n*k>100_000_000 {2}else{50};
    let mut best=f64::MAX;
    for _ in 0..3 { let t=Instant::now(); let tk=gpu.submit(&[Work::Run(&plan,n_)],&[]).unwrap(); block_on(gpu.finished(&tk)).unwrap(); best=best.min(t.elapsed().as_secs_f64()/n_ as f64);}
    println!("{m}x{n}x{k} {p:?}: {:.4} ms {:.2} GFLOP/s",best*1e3,2.0*(m*n*k) as f64/best/1e9);}
  }
}
